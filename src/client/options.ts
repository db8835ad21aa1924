import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls'
import type { ReadonlyFieldTable } from '../protocol/amqp091/index.js'
import type { ClientSocket } from './client-socket.js'
import { parseUri } from './uri.js'

/** How to connect. Every key has a default. */
export interface ConnectOptions {
  /** Name or address. Default '127.0.0.1'. */
  readonly host?: string | undefined
  /** Default 5672, and 5671 with TLS. */
  readonly port?: number | undefined
  /** Path of a Unix domain socket, used instead of host and port. */
  readonly socketPath?: string | undefined
  /** Opens what is used instead of a socket to host and port, in clear. Default: none. */
  readonly socket?: (() => ClientSocket) | undefined
  /** Default '/'. */
  readonly vhost?: string | undefined
  /** Default 'guest'. */
  readonly username?: string | undefined
  /** Default 'guest'. */
  readonly password?: string | undefined
  /** EXTERNAL takes the user from the client certificate. Default 'PLAIN'. */
  readonly mechanism?: 'PLAIN' | 'EXTERNAL' | 'ANONYMOUS' | undefined
  /** True, or Node's TLS options, for an encrypted connection. Default false. */
  readonly tls?: boolean | TlsConnectionOptions | undefined
  /** Seconds; 0 is none. Default: what the broker suggests. */
  readonly heartbeat?: number | undefined
  /** The largest frame in bytes; 0 leaves it to the broker. Default 0. */
  readonly frameMax?: number | undefined
  /** How many channels there may be; 0 leaves it to the broker. Default 0. */
  readonly channelMax?: number | undefined
  /** From the call of `connect` to the open connection, in milliseconds. Default 30000. */
  readonly connectTimeoutMs?: number | undefined
  /** How long to wait for the answer to a close, in milliseconds. Default 5000. */
  readonly closeTimeoutMs?: number | undefined
  /** Shown by the broker's tools. Default: none. */
  readonly connectionName?: string | undefined
  /** Further client properties; they win over the built-in ones. A plain object or tagged fields. */
  readonly clientProperties?: Arguments | undefined
  /** Bytes that may wait to be sent before `publish` says so. Default 1048576. */
  readonly writeBacklogBytes?: number | undefined
  /** Bytes that may wait to be sent before `publish` throws a BacklogError. Default 268435456. */
  readonly writeBacklogBytesMax?: number | undefined
}

/** A field table as a plain object (integers become 64-bit ones), or with the tags of its values. */
export type Arguments = Readonly<Record<string, unknown>> | ReadonlyFieldTable

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly host: string
  readonly port: number
  readonly socketPath: string | undefined
  readonly socket: (() => ClientSocket) | undefined
  readonly vhost: string
  readonly username: string
  readonly password: string
  readonly mechanism: 'PLAIN' | 'EXTERNAL' | 'ANONYMOUS'
  readonly tls: TlsConnectionOptions | undefined
  readonly heartbeat: number | undefined
  readonly frameMax: number
  readonly channelMax: number
  readonly connectTimeoutMs: number
  readonly closeTimeoutMs: number
  readonly connectionName: string | undefined
  readonly clientProperties: Arguments
  readonly writeBacklogBytes: number
  readonly writeBacklogBytesMax: number
}

/** Fills in defaults. `options` win over what the URI says. Throws a TypeError for a URI that is none. */
export function resolveOptions(
  target: string | ConnectOptions,
  options: ConnectOptions = {},
): ResolvedOptions {
  const base = typeof target === 'string' ? parseUri(target) : target
  const given: ConnectOptions = { ...base, ...definedOf(options) }
  const tls = given.tls === true ? {} : given.tls === false ? undefined : given.tls
  return {
    host: given.host ?? '127.0.0.1',
    port: given.port ?? (tls === undefined ? 5672 : 5671),
    socketPath: given.socketPath,
    socket: given.socket,
    vhost: given.vhost ?? '/',
    username: given.username ?? 'guest',
    password: given.password ?? 'guest',
    mechanism: given.mechanism ?? 'PLAIN',
    tls,
    heartbeat: given.heartbeat,
    frameMax: given.frameMax ?? 0,
    channelMax: given.channelMax ?? 0,
    connectTimeoutMs: given.connectTimeoutMs ?? 30_000,
    closeTimeoutMs: given.closeTimeoutMs ?? 5_000,
    connectionName: given.connectionName,
    clientProperties: given.clientProperties ?? {},
    writeBacklogBytes: given.writeBacklogBytes ?? 2 ** 20,
    writeBacklogBytesMax: given.writeBacklogBytesMax ?? 2 ** 28,
  }
}

function definedOf(options: ConnectOptions): ConnectOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}
