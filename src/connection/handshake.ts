import type { Credentials, LoginResult } from '../auth/backend.js'
import type { SaslExchange } from '../auth/sasl/mechanism.js'
import { BrokerError } from '../core/errors.js'
import type { Principal } from '../core/permission.js'
import type { ByteReader } from '../protocol/amqp091/byte-reader.js'
import type { FieldTable } from '../protocol/amqp091/field-table.js'
import {
  decodeConnectionOpen,
  decodeConnectionSecureOk,
  decodeConnectionStartOk,
  decodeConnectionTuneOk,
  encodeConnectionClose,
  encodeConnectionOpenOk,
  encodeConnectionSecure,
  encodeConnectionStart,
  encodeConnectionTune,
  MethodId,
} from '../protocol/amqp091/generated/methods.js'
import type { Logger } from '../util/logger.js'
import type { ConnectionServices } from './connection-services.js'
import type { ConnectionOutput } from './output.js'
import type { PeerAddress } from './transport.js'

/** States before `running`, as RabbitMQ names them. */
export type HandshakeState = 'starting' | 'securing' | 'tuning' | 'opening'

/** The smallest frame_max that a peer may ask for. */
const FRAME_MIN_BYTES = 8192

/** The connection whose handshake it is. */
export interface HandshakeHost {
  state: string
  readonly services: ConnectionServices
  readonly output: ConnectionOutput
  readonly logger: Logger
  readonly name: string
  readonly peer: PeerAddress
  readonly isGone: boolean
  readonly actor: { readonly principal: Principal }
  mechanism: string
  clientProperties: FieldTable
  capabilities: {
    consumerCancelNotify: boolean
    connectionBlocked: boolean
    authenticationFailureClose: boolean
  }
  awaitAuthentication(): void
  authenticated(): void
  setPrincipal(principal: Principal): void
  tuned(channelMax: number, frameMax: number, heartbeatSeconds: number): void
  running(vhost: string): void
  closeSilently(reason: string): void
  failConnection(error: unknown, classId: number, methodId: number): void
}

/** From connection.start to connection.open-ok: AMQP 0-9-1 section 2.2.4 as RabbitMQ does it. */
export class Handshake {
  private readonly host: HandshakeHost
  private exchange: SaslExchange | undefined

  constructor(host: HandshakeHost) {
    this.host = host
  }

  start(): void {
    const { services, output, peer } = this.host
    const mechanisms = services.gate.mechanisms(peer)
    encodeConnectionStart(output, 0, 0, 9, services.serverProperties, mechanisms, 'en_US')
  }

  /** Handles a method of channel 0; throws what makes no sense in the present state. */
  handleMethod(methodId: number, reader: ByteReader): void {
    const { state } = this.host
    if (state === 'starting' && methodId === MethodId.ConnectionStartOk) this.startOk(reader)
    else if (state === 'securing' && methodId === MethodId.ConnectionSecureOk) this.secureOk(reader)
    else if (state === 'tuning' && methodId === MethodId.ConnectionTuneOk) this.tuneOk(reader)
    else if (state === 'opening' && methodId === MethodId.ConnectionOpen) this.open(reader)
    else throw new BrokerError('CHANNEL_ERROR', `unexpected method in connection state ${state}`)
  }

  private startOk(reader: ByteReader): void {
    const { clientProperties, mechanism, response } = decodeConnectionStartOk(reader)
    const { host } = this
    host.clientProperties = clientProperties
    host.mechanism = mechanism
    host.capabilities = capabilitiesIn(clientProperties)
    this.exchange = host.services.gate.beginLogin(mechanism, host.peer)
    this.step(response)
  }

  private secureOk(reader: ByteReader): void {
    this.step(decodeConnectionSecureOk(reader).response)
  }

  private step(response: Buffer): void {
    const { host, exchange } = this
    if (exchange === undefined) return
    const step = exchange.respond(response)
    if ('credentials' in step) this.logIn(step.credentials)
    else if ('refusal' in step) this.refuse(step.refusal)
    else if ('error' in step) host.closeSilently(`malformed login: ${step.error}`)
    else {
      host.state = 'securing'
      encodeConnectionSecure(host.output, 0, step.challenge)
    }
  }

  private logIn(credentials: Credentials): void {
    const { host } = this
    const result = host.services.gate.logIn(credentials, host.peer)
    if (!(result instanceof Promise)) {
      this.loggedIn(result)
      return
    }
    host.awaitAuthentication()
    const settle = (act: () => void): void => {
      if (host.isGone) return
      act()
      host.authenticated()
    }
    result.then(
      (settled) => settle(() => this.loggedIn(settled)),
      (error: unknown) => settle(() => host.failConnection(error, 0, 0)),
    )
  }

  private loggedIn(result: LoginResult): void {
    this.exchange = undefined
    if ('refusal' in result) {
      this.refuse(result.refusal)
      return
    }
    this.host.setPrincipal(result.principal)
    this.tune()
  }

  private tune(): void {
    const { host } = this
    const { channelMax, frameMax, heartbeatSeconds } = host.services.options
    host.state = 'tuning'
    encodeConnectionTune(host.output, 0, channelMax, frameMax, heartbeatSeconds)
  }

  /** Wrong credentials: clients that can take it are told at once, the others find the socket closed after a while. */
  private refuse(reason: string): void {
    const { host } = this
    if (host.capabilities.authenticationFailureClose) {
      const text =
        `ACCESS_REFUSED - Login was refused using authentication mechanism ${host.mechanism}. ` +
        'For details see the broker logfile.'
      encodeConnectionClose(host.output, 0, 403, text, 0, 0)
    }
    host.closeSilently(`${host.mechanism} login refused: ${reason}`)
  }

  private tuneOk(reader: ByteReader): void {
    const asked = decodeConnectionTuneOk(reader)
    const { host } = this
    const { channelMax, frameMax } = host.services.options
    if (asked.frameMax !== 0 && asked.frameMax < FRAME_MIN_BYTES) {
      const than = `lower than the minimum allowed value (${FRAME_MIN_BYTES})`
      throw new BrokerError('NOT_ALLOWED', `negotiated frame_max = ${asked.frameMax} is ${than}`)
    }
    checkWithin('frame_max', asked.frameMax, frameMax)
    checkWithin('channel_max', asked.channelMax, channelMax)
    host.state = 'opening'
    host.tuned(asked.channelMax, asked.frameMax, asked.heartbeat)
  }

  private open(reader: ByteReader): void {
    const { virtualHost } = decodeConnectionOpen(reader)
    const { host } = this
    host.services.gate.openVhost(host.actor.principal, virtualHost, host.peer)
    host.running(virtualHost)
    encodeConnectionOpenOk(host.output, 0)
    const user = host.actor.principal.name
    host.logger.info(
      `connection ${host.name}: user '${user}' authenticated and granted access to vhost '${virtualHost}'`,
    )
  }
}

/** `limit` is what we proposed, 0 for none. */
function checkWithin(name: string, asked: number, limit: number): void {
  if (limit === 0 || (asked !== 0 && asked <= limit)) return
  const shown = asked === 0 && name === 'channel_max' ? '0 (no limit)' : String(asked)
  throw new BrokerError(
    'NOT_ALLOWED',
    `negotiated ${name} = ${shown} is higher than the maximum allowed value (${limit})`,
  )
}

function capabilitiesIn(clientProperties: FieldTable): HandshakeHost['capabilities'] {
  const table = clientProperties.get('capabilities')
  const has = (name: string): boolean => {
    if (table?.tag !== 'F') return false
    const value = table.value.get(name)
    return value?.tag === 't' && value.value
  }
  return {
    consumerCancelNotify: has('consumer_cancel_notify'),
    connectionBlocked: has('connection.blocked'),
    authenticationFailureClose: has('authentication_failure_close'),
  }
}
