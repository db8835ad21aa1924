import { BrokerError } from '../core/errors.js'
import type { Principal } from '../core/permission.js'
import type { ByteReader } from '../protocol/amqp091/byte-reader.js'
import {
  decodeConnectionClose,
  decodeConnectionUpdateSecret,
  encodeConnectionCloseOk,
  encodeConnectionUpdateSecretOk,
  METHOD_NAMES,
  MethodId,
} from '../protocol/amqp091/generated/methods.js'
import type { ConnectionServices } from './connection-services.js'
import type { Handshake } from './handshake.js'
import type { ConnectionOutput } from './output.js'

/** The connection whose channel 0 it is. */
export interface ControlHost {
  readonly state: string
  readonly isBlocked: boolean
  readonly isGone: boolean
  readonly isShuttingDown: boolean
  readonly reader: ByteReader
  readonly output: ConnectionOutput
  readonly services: ConnectionServices
  readonly actor: { readonly principal: Principal }
  readonly vhost: string
  awaitAuthentication(): void
  authenticated(): void
  /** Channels end, and exclusive queues with them. */
  endChannels(): void
  /** Both sides have said their last word. */
  finish(): void
  dropUnknownMethod(methodId: number): void
  failConnection(error: unknown, classId: number, methodId: number): void
}

/** Methods of channel 0 in all states of a connection. */
export class ControlChannel {
  private readonly host: ControlHost
  private readonly handshake: Handshake

  constructor(host: ControlHost, handshake: Handshake) {
    this.host = host
    this.handshake = handshake
  }

  method(buffer: Buffer, start: number, end: number): void {
    const { reader } = this.host
    reader.reset(buffer, start, end)
    const methodId = reader.methodId()
    try {
      this.handle(methodId, reader)
    } catch (error) {
      this.host.failConnection(error, methodId >>> 16, methodId & 0xffff)
    }
  }

  private handle(methodId: number, reader: ByteReader): void {
    const { state, isBlocked } = this.host
    if (methodId === MethodId.ConnectionClose) this.close(reader)
    else if (state === 'closing' || state === 'closed') {
      if (methodId === MethodId.ConnectionCloseOk) this.host.finish()
    } else if (state !== 'running') this.handshake.handleMethod(methodId, reader)
    else if (methodId === MethodId.ConnectionUpdateSecret) this.updateSecret(reader)
    else if (!METHOD_NAMES.has(methodId)) this.host.dropUnknownMethod(methodId)
    else {
      const shown = isBlocked ? 'blocked' : state
      throw new BrokerError('CHANNEL_ERROR', `unexpected method in connection state ${shown}`)
    }
  }

  private close(reader: ByteReader): void {
    const { host } = this
    if (host.state === 'closed') return
    const crossed = host.state === 'closing'
    decodeConnectionClose(reader)
    // Exclusive queues are gone before the answer: whoever reconnects may declare them again.
    host.endChannels()
    encodeConnectionCloseOk(host.output, 0)
    // After a crossing the peer still owes a close-ok; nobody waits for it at the end of the broker.
    if (crossed && !host.isShuttingDown) return
    host.output.flush()
    host.finish()
  }

  private updateSecret(reader: ByteReader): void {
    const { host } = this
    const { newSecret } = decodeConnectionUpdateSecret(reader)
    const done = host.services.gate.updateSecret(host.actor.principal, host.vhost, newSecret)
    if (done === undefined) {
      encodeConnectionUpdateSecretOk(host.output, 0)
      return
    }
    host.awaitAuthentication()
    const settle = (act: () => void): void => {
      if (host.isGone) return
      if (host.state === 'running') act()
      host.authenticated()
    }
    const id = MethodId.ConnectionUpdateSecret
    done.then(
      () => settle(() => encodeConnectionUpdateSecretOk(host.output, 0)),
      (error: unknown) => settle(() => host.failConnection(error, id >>> 16, id & 0xffff)),
    )
  }
}
