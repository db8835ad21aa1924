import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import test from 'node:test'
import {
  decodeQueueDeclareOk,
  encodeBasicConsume,
  encodeBasicGet,
  encodeBasicPublish,
  encodeBody,
  encodeContentHeader,
  encodeQueueDeclare,
  MethodId,
  PROTOCOL_HEADER,
} from '../../src/protocol/amqp091/index.js'
import { randomBytesOf, randomFrom } from '../support/random.js'
import { type RawSocket, rawChannel, rawSocket } from '../support/raw.js'
import { settled, until, within } from '../support/wait.js'
import { type LocalBroker, noneLeft, startLocal } from './local-broker.js'

const MIB = 1024 * 1024

function theConnection({ inner }: LocalBroker, index: number) {
  return [...inner.connections.all()][index]!
}

async function count(raw: RawSocket, queue: string): Promise<number> {
  raw.send((writer) => encodeQueueDeclare(writer, 1, queue, true, false, false, false, false, new Map()))
  return decodeQueueDeclareOk(await raw.method(MethodId.QueueDeclareOk)).messageCount
}

/** A queue with `messages` of `octets` each, and the connection that filled it. */
async function filled(broker: LocalBroker, raw: RawSocket, messages: number, octets: number): Promise<void> {
  raw.send((writer) => encodeQueueDeclare(writer, 1, 'q', false, true, false, false, false, new Map()))
  await raw.method(MethodId.QueueDeclareOk)
  const body = Buffer.alloc(octets, 1)
  for (let i = 0; i < messages; i++) {
    raw.send((writer) => {
      encodeBasicPublish(writer, 1, '', 'q', false, false)
      encodeContentHeader(writer, 1, octets, {})
      encodeBody(writer, 1, body, 131_072)
    })
  }
  await until(async () => (await count(raw, 'q')) === messages, 'all is in the queue')
  assert.ok(broker.inner.connections.size > 0)
}

test('a consumer that never reads gets no more than its bound, and others are served', async (t) => {
  const broker = await startLocal(t)
  const other = await rawChannel(t, broker)
  const octets = 100_000
  const messages = 200
  await filled(broker, other, messages, octets)
  const idle = await rawChannel(t, broker)
  idle.socket.pause()
  idle.send((writer) => encodeBasicConsume(writer, 1, 'q', 'c', false, true, false, false, new Map()))
  await until(async () => (await count(other, 'q')) < messages, 'deliveries begin')
  const connection = theConnection(broker, 1)
  await settled(() => connection.output.sentBytes)
  // Beyond the bound only what the kernel's own buffers took and a message that was begun.
  assert.ok(connection.output.unsentBytes < 2 * MIB, `${connection.output.unsentBytes} octets wait`)
  assert.ok((await count(other, 'q')) > 0)
  // Once the peer reads, everything comes.
  idle.socket.resume()
  await until(async () => (await count(other, 'q')) === 0, 'the rest is delivered')
})

test('a peer that asks for ever more and never reads is not read from in the end', async (t) => {
  const broker = await startLocal(t)
  const other = await rawChannel(t, broker)
  await filled(broker, other, 300, 100_000)
  const greedy = await rawChannel(t, broker)
  greedy.socket.pause()
  greedy.send((writer) => {
    for (let i = 0; i < 300; i++) encodeBasicGet(writer, 1, 'q', true)
  })
  const connection = theConnection(broker, 1)
  await until(() => connection.held, 'the broker stops reading')
  await settled(() => connection.output.sentBytes)
  assert.ok(connection.output.unsentBytes < 8 * MIB, `${connection.output.unsentBytes} octets wait`)
  assert.ok((await count(other, 'q')) > 0)
  greedy.socket.resume()
  await until(async () => (await count(other, 'q')) === 0, 'the rest is answered')
})

test('a peer that never reads is dropped like any other', async (t) => {
  const broker = await startLocal(t)
  const other = await rawChannel(t, broker)
  await filled(broker, other, 100, 100_000)
  const idle = await rawChannel(t, broker)
  idle.socket.pause()
  idle.send((writer) => encodeBasicConsume(writer, 1, 'q', 'c', false, true, false, false, new Map()))
  const connection = theConnection(broker, 1)
  await until(() => !connection.canDeliver, 'its output is full')
  connection.forceClose('too slow')
  broker.clock.advanceSync(30_000)
  await until(() => broker.inner.connections.size === 1, 'it is gone')
})

test('a publisher that floods does not keep others waiting', async (t) => {
  const broker = await startLocal(t)
  const flooding = await rawChannel(t, broker)
  const polite = await rawChannel(t, broker)
  flooding.send((writer) => encodeQueueDeclare(writer, 1, 'q', false, false, true, false, false, new Map()))
  await flooding.method(MethodId.QueueDeclareOk)
  flooding.send((writer) => {
    for (let i = 0; i < 400_000; i++) {
      encodeBasicPublish(writer, 1, '', 'q', false, false)
      encodeContentHeader(writer, 1, 0, {})
    }
  })
  const connection = theConnection(broker, 0)
  await until(() => connection.receivedBytes > 100_000, 'the flood is under way')
  let answers = 0
  while (connection.receivedBytes < 10_000_000) {
    await polite.openChannel(2 + answers)
    answers += 1
  }
  assert.ok(answers > 5, `${answers} answers while the flood lasted`)
})

test('ten thousand connections opened and dropped leave nothing behind', async (t) => {
  const broker = await startLocal(t)
  const staying = await rawChannel(t, broker)
  // Each peer goes as far as its turn says: nothing sent, a header, a cut header, some of the handshake.
  const openings = [
    Buffer.alloc(0),
    PROTOCOL_HEADER,
    PROTOCOL_HEADER.subarray(0, 5),
    Buffer.concat([PROTOCOL_HEADER, Buffer.from([1, 0, 0, 0, 0, 0x10, 0, 0, 10])]),
    Buffer.from('GET / HTTP/1.0\r\n\r\n'),
  ]
  let number = 0
  const churn = async (until: number): Promise<void> => {
    while (number < until) {
      const opening = openings[number % openings.length]!
      number += 1
      const socket = connect({ host: broker.host, port: broker.port })
      socket.on('error', () => {})
      await once(socket, 'connect')
      if (opening.length > 0) socket.write(opening)
      if (number % 2 === 0) socket.resetAndDestroy()
      else socket.destroy()
      if (!socket.closed) await once(socket, 'close')
    }
  }
  const round = async (upTo: number): Promise<void> => {
    await Promise.all(Array.from({ length: 50 }, () => churn(upTo)))
    await until(() => broker.inner.connections.size === 1, 'only the staying connection is left')
    broker.clock.advanceSync(60_000)
  }
  await round(2000)
  const pendingBefore = broker.clock.pendingCount
  const handlesBefore = process.getActiveResourcesInfo().length
  const usedBefore = process.memoryUsage().heapUsed
  await round(10_000)
  assert.ok(broker.clock.pendingCount <= pendingBefore)
  await until(() => process.getActiveResourcesInfo().length <= handlesBefore, 'no handle is left over')
  const grownBytes = process.memoryUsage().heapUsed - usedBefore
  assert.ok(grownBytes < 40 * MIB, `the heap grew by ${grownBytes} octets over 8000 connections`)
  await staying.openChannel(2)
})

test('a thousand idle connections add less than 40 MB', async (t) => {
  const broker = await startLocal(t)
  const before = process.memoryUsage()
  const all: RawSocket[] = []
  while (all.length < 1000) {
    all.push(...(await Promise.all(Array.from({ length: 50 }, () => rawChannel(t, broker)))))
  }
  const after = process.memoryUsage()
  const addedBytes = after.heapUsed + after.external - before.heapUsed - before.external
  // The thousand clients are in this process too.
  assert.ok(addedBytes < 80 * MIB, `${addedBytes} octets for both ends of a thousand connections`)
  for (const raw of all) raw.socket.destroy()
  await noneLeft(broker)
})

test('random and mutated octets never disturb the broker', async (t) => {
  const seed = Number(process.env.LEVERET_FUZZ_SEED ?? 4711)
  const rounds = Number(process.env.LEVERET_FUZZ_ROUNDS ?? 150)
  t.diagnostic(`LEVERET_FUZZ_SEED=${seed} LEVERET_FUZZ_ROUNDS=${rounds}`)
  const broker = await startLocal(t)
  const staying = await rawChannel(t, broker)
  const random = randomFrom(seed)
  const below = (limit: number): number => Math.floor(random() * limit)
  const conversation = await recorded(t, broker)
  for (let round = 0; round < rounds; round++) {
    const raw = await rawSocket(t, broker)
    const isOpen = below(3) > 0
    if (isOpen) {
      await raw.handshake()
      await raw.openChannel(1)
    } else if (below(2) === 0) raw.write(PROTOCOL_HEADER)
    const bytes = below(4) === 0 ? randomBytesOf(seed + round, 1 + below(2000)) : mutated(conversation, below)
    raw.write(bytes)
    const context = `seed ${seed}, round ${round}`
    if (round % 10 === 0) await within(staying.openChannel(2 + round), `an answer, ${context}`)
    raw.socket.end()
    raw.socket.resume()
    await until(() => {
      broker.clock.advanceSync(31_000)
      return broker.inner.connections.size <= 1
    }, `the peer is gone, ${context}`)
  }
  await staying.openChannel(2000)
})

/** What a well-behaved client says on channel 1. */
async function recorded(t: Parameters<typeof rawChannel>[0], broker: LocalBroker): Promise<Buffer> {
  const raw = await rawChannel(t, broker)
  const parts: Buffer[] = []
  raw.socket.write = ((bytes: Uint8Array) => parts.push(Buffer.from(bytes)) > 0) as typeof raw.socket.write
  raw.send((writer) => {
    const args = new Map([['x-max-length', { tag: 'I', value: 5 } as const]])
    encodeQueueDeclare(writer, 1, 'fuzz', false, false, true, false, false, args)
    encodeBasicPublish(writer, 1, '', 'fuzz', true, false)
    encodeContentHeader(writer, 1, 3, { contentType: 'text/plain', headers: args })
    encodeBody(writer, 1, Buffer.from('abc'), 0)
    encodeBasicConsume(writer, 1, 'fuzz', 'c', false, false, false, false, new Map())
    encodeBasicGet(writer, 1, 'fuzz', true)
  })
  raw.socket.destroy()
  await noneButOne(broker)
  return Buffer.concat(parts)
}

async function noneButOne(broker: LocalBroker): Promise<void> {
  await until(() => broker.inner.connections.size === 1, 'the recording connection is gone')
}

function mutated(conversation: Buffer, below: (limit: number) => number): Buffer {
  const bytes = Buffer.from(conversation)
  for (let changes = 1 + below(8); changes > 0; changes--) bytes[below(bytes.length)] = below(256)
  const from = below(3) === 0 ? below(bytes.length) : 0
  return bytes.subarray(from, below(3) === 0 ? from + below(bytes.length - from) + 1 : bytes.length)
}
