import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { until } from '../../test/support/wait.js'
import { ConsumerWindows } from './consumer-windows.js'
import { peerOf, SERVER_OPTIONS } from './listener.js'
import { READ_SIZE_BYTES, ReadArea } from './read-area.js'
import { acceptedTransport, type SocketTransport, transportOf } from './socket-transport.js'

/** What a sink heard. */
class Heard {
  readonly reads: Array<{ buffer: Buffer; size: number }> = []
  text = ''
  hasEnded = false
  isClosed = false

  received(buffer: Buffer, start: number, end: number): void {
    this.reads.push({ buffer, size: end - start })
    this.text += buffer.toString('latin1', start, end)
  }
  ended(): void {
    this.hasEnded = true
  }
  closed(): void {
    this.isClosed = true
  }
}

/** An area in the middle of other memory. */
const MEMORY = Buffer.alloc(READ_SIZE_BYTES + 200, 0x2e)
const WINDOWS = new ConsumerWindows()
const AREA = new ReadArea({ bytes: MEMORY, start: 100, end: 100 + READ_SIZE_BYTES }, WINDOWS)

const KINDS: ReadonlyArray<readonly [string, (socket: Socket) => SocketTransport]> = [
  ['a shared read area', (socket) => acceptedTransport(socket, peerOf(socket, 'tcp'), AREA)],
  ["Node's own reads", (socket) => transportOf(socket, peerOf(socket, 'tcp'), AREA)],
]

async function pair(t: TestContext, make: (socket: Socket) => SocketTransport) {
  let accepted = (_transport: SocketTransport): void => {}
  const transport = new Promise<SocketTransport>((resolve) => {
    accepted = resolve
  })
  const server = createServer(SERVER_OPTIONS, (socket) => accepted(make(socket)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  t.after(() => {
    client.destroy()
    server.close()
  })
  return { client, server, transport: await transport, heard: new Heard() }
}

for (const [kind, make] of KINDS) {
  test(`with ${kind} octets arrive, both sides end and the server counts nobody`, async (t) => {
    const { client, server, transport, heard } = await pair(t, make)
    transport.open(heard)
    client.write('hello')
    await until(() => heard.text === 'hello', 'the octets arrive')
    transport.write(Buffer.from('and you'), () => {})
    const [answer] = (await once(client, 'data')) as [Buffer]
    assert.equal(answer.toString(), 'and you')
    client.end('bye')
    await until(() => heard.hasEnded, 'the end is noticed')
    assert.equal(heard.text, 'hellobye')
    // Our side is still open after the peer has ended its own.
    transport.write(Buffer.from('later'), () => {})
    assert.equal(String(await once(client, 'data')), 'later')
    transport.end()
    await until(() => heard.isClosed, 'the socket is closed')
    const closed = once(server, 'close')
    server.close()
    await closed
  })

  test(`with ${kind} nothing is read while the transport is paused`, async (t) => {
    const { client, transport, heard } = await pair(t, make)
    transport.open(heard)
    transport.pause()
    client.write('x'.repeat(1_000_000))
    await new Promise((resolve) => setTimeout(resolve, 30))
    assert.equal(heard.text, '')
    transport.resume()
    await until(() => heard.text.length === 1_000_000, 'everything arrives')
  })

  test(`with ${kind} the loop goes round before more than a read's worth is taken again`, async (t) => {
    const { client, transport, heard } = await pair(t, make)
    transport.open(heard)
    transport.pause()
    client.write(Buffer.alloc(4 * READ_SIZE_BYTES))
    await new Promise((resolve) => setTimeout(resolve, 30))
    const sizes: number[] = []
    let inTurn = 0
    const original = heard.received.bind(heard)
    heard.received = (buffer, start, end) => {
      if (inTurn === 0)
        setImmediate(() => {
          sizes.push(inTurn)
          inTurn = 0
        })
      inTurn += end - start
      original(buffer, start, end)
    }
    transport.resume()
    await until(() => heard.text.length === 4 * READ_SIZE_BYTES, 'everything arrives')
    for (const size of sizes) assert.ok(size <= 2 * READ_SIZE_BYTES, `${size} octets in one turn`)
    assert.ok(sizes.length >= 2)
  })
}

test('reads land in the shared area and nowhere else', async (t) => {
  const { client, transport, heard } = await pair(t, KINDS[0]![1])
  transport.open(heard)
  client.write(Buffer.alloc(1_000_000, 0x61))
  await until(() => heard.text.length === 1_000_000, 'everything arrives')
  assert.ok(heard.reads.every(({ buffer }) => buffer === MEMORY))
  assert.ok(heard.reads.every(({ size }) => size <= READ_SIZE_BYTES))
  assert.ok(MEMORY.subarray(0, 100).equals(Buffer.alloc(100, 0x2e)))
  assert.ok(MEMORY.subarray(AREA.end).equals(Buffer.alloc(100, 0x2e)))
})

test('a socket destroyed by us says so once', async (t) => {
  const { transport, heard } = await pair(t, KINDS[0]![1])
  transport.open(heard)
  transport.destroy()
  transport.destroy()
  await until(() => heard.isClosed, 'the socket is closed')
})

/** Octets of each read of a peer that floods, while another one says something in every turn. */
async function readsBesideTalk(t: TestContext, onTalk: () => void): Promise<number[]> {
  const [flood, talk] = [await pair(t, KINDS[0]![1]), await pair(t, KINDS[0]![1])]
  let isOver = false
  const heardTalk = talk.heard.received.bind(talk.heard)
  talk.heard.received = (buffer, start, end) => {
    heardTalk(buffer, start, end)
    onTalk()
  }
  const speak = (): void => {
    if (isOver) return
    talk.client.write('.')
    setImmediate(speak)
  }
  talk.transport.open(talk.heard)
  flood.transport.open(flood.heard)
  speak()
  await until(() => talk.heard.reads.length > 0, 'the other is heard')
  // The first reads are made before the other one is noticed.
  flood.client.write(Buffer.alloc(4 * READ_SIZE_BYTES))
  await until(() => flood.heard.text.length === 4 * READ_SIZE_BYTES, 'the first octets arrive')
  const { length } = flood.heard.reads
  flood.client.write(Buffer.alloc(4 * READ_SIZE_BYTES))
  await until(() => flood.heard.text.length === 8 * READ_SIZE_BYTES, 'everything arrives')
  isOver = true
  return flood.heard.reads.slice(length).map(({ size }) => size)
}

test('who floods is read in smaller pieces while others speak', async (t) => {
  const sizes = await readsBesideTalk(t, () => {})
  assert.ok(Math.max(...sizes) <= 64 * 1024, `${Math.max(...sizes)} octets in one read`)
  assert.ok(Math.max(...sizes) > 4 * 1024, `${Math.max(...sizes)} octets in one read`)
})

test('who floods is read in the smallest pieces while a consumer waits that may have one message', async (t) => {
  const sizes = await readsBesideTalk(t, () => WINDOWS.wasFull(1))
  assert.ok(Math.max(...sizes) <= 4 * 1024, `${Math.max(...sizes)} octets in one read`)
})

test('who is alone is read in large pieces, also after a consumer has waited', async (t) => {
  WINDOWS.wasFull(1)
  const { client, transport, heard } = await pair(t, KINDS[0]![1])
  client.write(Buffer.alloc(8 * READ_SIZE_BYTES))
  transport.open(heard)
  await until(() => heard.text.length === 8 * READ_SIZE_BYTES, 'everything arrives')
  const largest = Math.max(...heard.reads.map(({ size }) => size))
  assert.ok(largest > 64 * 1024, `${largest} octets in the largest read`)
})

/** Sizes of the reads of a peer that sends `octets`, each of which makes work for so many milliseconds. */
async function readsOf(t: TestContext, octets: number, workMs: (reads: number) => number): Promise<number[]> {
  const { client, transport, heard } = await pair(t, KINDS[0]![1])
  const received = heard.received.bind(heard)
  heard.received = (buffer, start, end) => {
    received(buffer, start, end)
    const until = performance.now() + workMs(heard.reads.length)
    while (performance.now() < until);
  }
  client.write(Buffer.alloc(octets))
  transport.open(heard)
  await until(() => heard.text.length === octets, 'everything arrives')
  return heard.reads.map(({ size }) => size)
}

test('who makes long work of each read is read in ever smaller pieces, down to the smallest', async (t) => {
  const sizes = await readsOf(t, READ_SIZE_BYTES / 2, () => 3)
  assert.equal(Math.max(...sizes), 64 * 1024)
  // Everything after the steps from 64 to 4 KiB.
  assert.ok(Math.max(...sizes.slice(5)) <= 4 * 1024, sizes.slice(0, 20).join(' '))
  assert.ok(sizes.length > 60, `${sizes.length} reads`)
})

test('one read that makes very long work is followed by a small one, and that by larger ones', async (t) => {
  const sizes = await readsOf(t, 8 * READ_SIZE_BYTES, (reads) => (reads === 1 ? 60 : 0))
  assert.ok(sizes[1] <= 4 * 1024, `${sizes[1]} octets in the second read`)
  assert.ok(
    Math.max(...sizes.slice(2)) > 64 * 1024,
    `${Math.max(...sizes.slice(2))} octets in the largest read`,
  )
})
