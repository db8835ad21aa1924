import type { Access, Principal, TopicAccess, TopicVariables } from '../core/permission.js'
import type { ResourceKind } from '../core/resource.js'

/** What somebody says to be let in. */
export interface Credentials {
  readonly username: string
  /** Octets as they came. Undefined where the mechanism itself vouches for the name: EXTERNAL. */
  readonly password: Buffer | undefined
}

/** Protocols that people log in by, as RabbitMQ counts them. */
export type LoginProtocol = 'amqp091' | 'http'

/** Where a login comes from. */
export interface LoginContext {
  /** The peer's IP address as the socket or the PROXY header gave it; undefined for unix sockets only. */
  readonly peerAddress: string | undefined
  /** Undefined for a login that nobody counts. */
  readonly protocol?: LoginProtocol
  /** Known at login in protocols that name it there: MQTT. */
  readonly vhost?: string
  /** MQTT's client identifier. */
  readonly clientId?: string
}

/** Let in, or not and why. The reason is for the log: the peer is told nothing of it. */
export type LoginResult = { readonly principal: Principal } | { readonly refusal: string }

/**
 * Decides who may log in and what they may do. Checks answer at once and from memory; a backend that has to ask elsewhere
 * does so at the login. A principal is handed back as the very object that the backend made, which may carry more.
 */
export interface AuthBackend {
  /** For the log. */
  readonly name: string
  /** Changes whenever an earlier answer of a check may have become wrong. Never goes back. */
  readonly version: number
  /** Rejects or throws only when the backend itself failed; that counts as a refusal. */
  authenticate(credentials: Credentials, context: LoginContext): LoginResult | Promise<LoginResult>
  checkVhost(principal: Principal, vhost: string, peerAddress: string | undefined): boolean
  /** `name` is `amq.default` for the default exchange. */
  checkResource(
    principal: Principal,
    vhost: string,
    kind: ResourceKind,
    name: string,
    access: Access,
  ): boolean
  checkTopic(
    principal: Principal,
    vhost: string,
    exchange: string,
    routingKey: string,
    access: TopicAccess,
    variables: TopicVariables,
  ): boolean
  /** When the principal's credentials end, in milliseconds since the Unix epoch; undefined when they do not. */
  expiresAt(principal: Principal): number | undefined
}
