import { once } from 'node:events'
import { connect, type NetConnectOpts } from 'node:net'
import type { TestContext } from 'node:test'
import { type Broker, startBroker } from '../../src/broker.js'
import type { BrokerOptions } from '../../src/config/broker-options.js'
import {
  decodeChannelClose,
  decodeConnectionClose,
  encodeConnectionStartOk,
  type FieldTable,
  field,
  MethodId,
  PROTOCOL_HEADER,
} from '../../src/protocol/amqp091/index.js'
import { SILENT_LOGGER } from '../../src/util/logger.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { cleanUp } from '../support/cleanup.js'
import { RawSocket } from '../support/raw.js'
import { until, within } from '../support/wait.js'

/** A broker of ours under a clock that the test turns. */
export interface LocalBroker {
  readonly inner: Broker
  readonly host: string
  readonly port: number
  readonly clock: VirtualClock
}

/** Starts one on a free port of 127.0.0.1, unless `options` say otherwise, and stops it after the test. */
export async function startLocal(t: TestContext, options: Partial<BrokerOptions> = {}): Promise<LocalBroker> {
  const clock = new VirtualClock()
  const listeners = { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] }
  const inner = await startBroker({ listeners, ...options }, { clock, logger: SILENT_LOGGER })
  cleanUp(t, () => inner.stop())
  return { inner, host: '127.0.0.1', port: inner.port, clock }
}

/** A raw socket to anywhere, destroyed after the test. */
export async function rawTo(t: TestContext, where: NetConnectOpts): Promise<RawSocket> {
  const socket = connect(where)
  cleanUp(t, () => {
    socket.destroy()
  })
  await within(once(socket, 'connect'), 'the socket to connect')
  return new RawSocket(socket)
}

/** Sends header and start-ok, and takes connection.start. */
export async function logIn(
  raw: RawSocket,
  response = '\0guest\0guest',
  clientProperties: FieldTable = new Map(),
  mechanism = 'PLAIN',
): Promise<void> {
  raw.write(PROTOCOL_HEADER)
  await raw.method(MethodId.ConnectionStart)
  raw.send((writer) => encodeConnectionStartOk(writer, 0, clientProperties, mechanism, response, 'en_US'))
}

/** Client properties that announce capabilities. */
export function capable(...names: string[]): FieldTable {
  return new Map([['capabilities', field.table(new Map(names.map((name) => [name, field.bool(true)])))]])
}

/** The next frame as `<code> <text> <class>.<method>`; it must be connection.close. */
export async function connectionClose(raw: RawSocket): Promise<string> {
  const { replyCode, replyText, classId, methodId } = decodeConnectionClose(
    await raw.method(MethodId.ConnectionClose),
  )
  return `${replyCode} ${replyText} ${classId}.${methodId}`
}

/** The same for channel.close. */
export async function channelClose(raw: RawSocket): Promise<string> {
  const { replyCode, replyText, classId, methodId } = decodeChannelClose(
    await raw.method(MethodId.ChannelClose),
  )
  return `${replyCode} ${replyText} ${classId}.${methodId}`
}

/** Waits until the broker has forgotten every connection. */
export async function noneLeft(broker: LocalBroker): Promise<void> {
  await until(() => broker.inner.connections.size === 0, 'no connection is left')
}
