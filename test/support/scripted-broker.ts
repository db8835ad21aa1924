import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import {
  encodeConnectionOpenOk,
  encodeConnectionStart,
  encodeConnectionTune,
  MethodId,
} from '../../src/protocol/amqp091/index.js'
import { cleanUp } from './cleanup.js'
import { RawSocket } from './raw.js'

/**
 * A server that does what `script` says to each connection: for testing clients against what a broker rarely does.
 * The script's failure is thrown after the test.
 */
export async function scriptedBroker(
  t: TestContext,
  script: (peer: RawSocket) => Promise<void>,
): Promise<{ url: string }> {
  const sockets = new Set<Socket>()
  const scripts: Promise<void>[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    const run = script(new RawSocket(socket))
    run.catch(() => {})
    scripts.push(run)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp(t, async () => {
    server.close()
    for (const socket of sockets) socket.destroy()
    await Promise.all(scripts)
  })
  return { url: `amqp://guest:guest@127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** The broker's side of a handshake, up to connection.open-ok. */
export async function greet(
  peer: RawSocket,
  tune: { channelMax?: number; frameMax?: number; heartbeat?: number } = {},
): Promise<void> {
  const { channelMax = 2047, frameMax = 131_072, heartbeat = 0 } = tune
  await peer.bytes(8)
  peer.send((writer) => encodeConnectionStart(writer, 0, 0, 9, new Map(), 'PLAIN AMQPLAIN', 'en_US'))
  await peer.method(MethodId.ConnectionStartOk)
  peer.send((writer) => encodeConnectionTune(writer, 0, channelMax, frameMax, heartbeat))
  await peer.method(MethodId.ConnectionTuneOk)
  await peer.method(MethodId.ConnectionOpen)
  peer.send((writer) => encodeConnectionOpenOk(writer, 0))
}
