import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DeliveryRecord, Recording } from '../core/shard-port.js'
import { Arena } from '../util/arena.js'
import { ConnectionOutput, OutputHub } from './output.js'
import { type OutputBuffer, OutputBuffers } from './output-buffers.js'
import type { PeerAddress, Transport } from './transport.js'
import { TurnAllowance } from './turn-allowance.js'

const PEER: PeerAddress = { host: '', port: 0, localHost: '', localPort: 0, kind: 'unix', tls: undefined }

/** A socket whose kernel takes octets at once, or only when told. */
class FakeTransport implements Transport {
  readonly peer = PEER
  readonly chunks: Buffer[] = []
  /** Chunks written and not taken, as views of the buffers that were handed over. */
  readonly waiting: Array<{ chunk: Buffer; sent: () => void }> = []
  unsentBytes = 0
  ended = false
  stuck = false

  write(chunk: Buffer, sent: () => void): void {
    if (this.stuck) {
      this.waiting.push({ chunk, sent })
      this.unsentBytes += chunk.length
    } else {
      this.chunks.push(Buffer.from(chunk))
      setImmediate(sent)
    }
  }
  /** The kernel takes the oldest chunk. */
  take(): void {
    const first = this.waiting.shift()
    assert.ok(first)
    this.chunks.push(Buffer.from(first.chunk))
    this.unsentBytes -= first.chunk.length
    first.sent()
  }
  pause(): void {}
  resume(): void {}
  end(): void {
    // A socket ends after what was handed to it.
    this.ended = true
  }
  destroy(): void {}
}

class CountingBuffers extends OutputBuffers {
  outstanding = 0
  override acquire(octets: number, isLarge: boolean): OutputBuffer {
    this.outstanding += 1
    return super.acquire(octets, isLarge)
  }
  override grow(buffer: OutputBuffer, position: number, end: number): OutputBuffer {
    this.outstanding += 1
    return super.grow(buffer, position, end)
  }
  override release(buffer: OutputBuffer): void {
    this.outstanding -= 1
    super.release(buffer)
  }
}

function open(unsentBytesMax?: number, now = () => 0) {
  const buffers = new CountingBuffers(new Arena(64 << 20))
  const hub = new OutputHub(buffers, new TurnAllowance(now))
  const transport = new FakeTransport()
  const events: string[] = []
  const owner = {
    outputDrained: () => void events.push('drained'),
    outputCongested: (congested: boolean) => void events.push(`congested ${congested}`),
  }
  return {
    buffers,
    hub,
    transport,
    events,
    output: new ConnectionOutput(hub, transport, owner, unsentBytesMax),
  }
}

function writeFrame(output: ConnectionOutput, octets: number, fill: number): void {
  const start = output.beginFrame(3, 1)
  output.bytes(Buffer.alloc(octets, fill), 0, octets)
  output.endFrame(start)
}

/** Octets of a frame beside its payload. */
const FRAME_OVERHEAD = 8

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A shard's record, of which the test says when it is written and synced. */
class TestRecord implements DeliveryRecord {
  deliveryTicket = 0
  writtenTicket = 0
  syncedTicket = 0
  onAdvance: (() => void) | undefined
  writeDeliveries(): void {}

  advance(writtenTicket: number, syncedTicket: number): void {
    this.writtenTicket = writtenTicket
    this.syncedTicket = syncedTicket
    this.onAdvance?.()
  }
}

test('a delivery leaves when its record is as safe as its queue asks, and what came before it leaves first', async () => {
  const { buffers, hub, transport, output } = open()
  const record = new TestRecord()
  hub.follow(record)
  const deliver = async (recording: Recording, fill: number): Promise<void> => {
    record.deliveryTicket += 1
    output.awaitRecord(recording)
    writeFrame(output, 1, fill)
    await turn()
  }
  const arrived = (): number[] => transport.chunks.map((chunk) => chunk[7]!)
  await deliver(Recording.WRITTEN, 1)
  await deliver(Recording.SYNCED, 2)
  await deliver(Recording.WRITTEN, 3)
  await deliver(Recording.NONE, 4)
  assert.deepEqual(arrived(), [])
  record.advance(1, 0)
  assert.deepEqual(arrived(), [1])
  record.advance(3, 1)
  assert.deepEqual(arrived(), [1])
  record.advance(3, 2)
  assert.deepEqual(arrived(), [1, 2, 3, 4])
  output.close()
  await turn()
  assert.equal(buffers.outstanding, 0)
})

test('everything written in a turn leaves in one write and no buffer is kept', async () => {
  const { buffers, transport, output } = open()
  for (let i = 0; i < 10; i++) writeFrame(output, 20, i)
  assert.equal(transport.chunks.length, 0)
  await turn()
  assert.equal(transport.chunks.length, 1)
  assert.equal(transport.chunks[0]!.length, 280)
  assert.equal(buffers.outstanding, 0)
})

test('frames of every size come out whole and in order', async () => {
  const { buffers, transport, output } = open(1 << 30)
  const sizes = [0, 1, 1000, 65_000, 65_536, 70_000, 300_000, 5, 63_000, 2_000_000, 3]
  sizes.forEach((size, i) => {
    writeFrame(output, size, i)
  })
  await turn()
  const all = Buffer.concat(transport.chunks)
  let at = 0
  sizes.forEach((size, i) => {
    assert.equal(all.readUInt32BE(at + 3), size)
    assert.ok(all.subarray(at + 7, at + 7 + size).equals(Buffer.alloc(size, i)))
    assert.equal(all[at + 7 + size], 0xce)
    at += size + 8
  })
  assert.equal(at, all.length)
  assert.equal(buffers.outstanding, 0)
})

test('a buffer is not written over before the kernel has taken it', async () => {
  const { buffers, transport, output } = open()
  transport.stuck = true
  writeFrame(output, 10, 1)
  await turn()
  writeFrame(output, 10, 2)
  await turn()
  // The second frame waits for the first write to end, in one buffer, however many turns pass.
  assert.equal(transport.waiting.length, 1)
  assert.equal(buffers.outstanding, 2)
  transport.take()
  transport.take()
  await turn()
  assert.equal(transport.chunks[0]![7], 1)
  assert.equal(transport.chunks[1]![7], 2)
  assert.equal(buffers.outstanding, 0)
})

test('many small writes to a peer that does not read fill one buffer after the other', async () => {
  const { buffers, transport, output } = open(1 << 30)
  transport.stuck = true
  for (let i = 0; i < 3000; i++) {
    writeFrame(output, 92, 1)
    if (i % 10 === 0) await turn()
  }
  assert.ok(buffers.outstanding <= 8, `${buffers.outstanding} buffers for 300 kB`)
})

test('deliveries stop above the bound and go on below half of it', async () => {
  const { transport, output, events } = open(100_000)
  transport.stuck = true
  for (let i = 0; i < 5; i++) {
    writeFrame(output, 60_000, i)
    output.flush()
  }
  await turn()
  assert.equal(output.canDeliver, false)
  while (transport.unsentBytes > 50_000) {
    assert.deepEqual(events, [])
    transport.take()
  }
  assert.equal(output.canDeliver, true)
  assert.deepEqual(events, ['drained'])
})

test('a peer that reads nothing and asks for ever more answers is not read from', async () => {
  const { transport, output, events } = open(10_000)
  transport.stuck = true
  for (let i = 0; i < 10; i++) writeFrame(output, 60_000, i)
  assert.deepEqual(events, ['congested true'])
  while (transport.unsentBytes > 0) {
    transport.take()
    await turn()
  }
  assert.deepEqual(events, ['congested true', 'congested false', 'drained'])
})

test('our side ends after what was written', async () => {
  const { transport, output } = open()
  transport.stuck = true
  writeFrame(output, 10, 1)
  output.end()
  assert.equal(transport.ended, false)
  await turn()
  assert.equal(transport.waiting.length, 1)
  assert.equal(transport.ended, true)
})

test('a closed output gives its buffer back and writes nothing more', async () => {
  const { buffers, transport, output } = open()
  writeFrame(output, 10, 1)
  output.close()
  writeFrame(output, 10, 2)
  await turn()
  assert.equal(transport.chunks.length, 0)
  assert.equal(buffers.outstanding, 0)
})

/** Writes frames for as long as deliveries may go on. */
function deliverMost(output: ConnectionOutput): number {
  let octets = 0
  for (; output.canDeliver && octets < 8 << 20; octets += 1000) writeFrame(output, 1000 - FRAME_OVERHEAD, 1)
  return octets
}

test('a kernel that takes everything does not have deliveries go on for ever in one turn', async () => {
  const { transport, events, output } = open()
  const first = deliverMost(output)
  assert.ok(first < 512 << 10, `${first} octets before the turn ended`)
  // What the kernel says of chunks it took does not let deliveries go on either: others are read first.
  output.recordAdvanced()
  assert.equal(output.canDeliver, false)
  await turn()
  assert.deepEqual(events, ['drained'])
  assert.ok(output.canDeliver)
  const second = deliverMost(output)
  assert.ok(second > 256 << 10 && second < 512 << 10, `${second} octets in the next turn`)
  await turn()
  await turn()
  const sent = transport.chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  assert.equal(sent, first + second, 'all of it leaves')
})

test('what others have leaves before the deliveries that waited for the end of the turn go on', async () => {
  const { hub, events, output } = open()
  deliverMost(output)
  const quiet = new FakeTransport()
  quiet.write = () => void events.push('other')
  const nothing = { outputDrained: () => {}, outputCongested: () => {} }
  writeFrame(new ConnectionOutput(hub, quiet, nothing), 1, 1)
  await turn()
  assert.deepEqual(events, ['other', 'drained'])
})

test('what publishers sent lately passes in one turn, up to a bound', async () => {
  const { hub, output } = open()
  const deliverAfterReads = async (octets: number): Promise<number> => {
    hub.allowance.countRead(octets)
    writeFrame(output, 1, 1)
    await turn()
    return deliverMost(output)
  }
  const passed = await deliverAfterReads(512 << 10)
  assert.ok(passed > 960 << 10 && passed < 1280 << 10, `${passed} octets`)
  const most = await deliverAfterReads(64 << 20)
  assert.ok(most > 1536 << 10 && most < 1792 << 10, `${most} octets`)
  let rest = most
  for (let turns = 0; rest > 512 << 10; turns++) {
    assert.ok(turns < 20, 'what was read long ago counts no more')
    rest = await deliverAfterReads(0)
  }
})

test('a turn that lasts long has no more deliveries, and the next one has some however long it lasts', async () => {
  let now = 0
  const { hub, output } = open(undefined, () => now)
  hub.allowance.countRead(1 << 20)
  writeFrame(output, 1, 1)
  await turn()
  for (let turns = 0; turns < 3; turns++) {
    // Its turn ends long before the other's: whoever has sent nothing since may go on.
    hub.add({ flush: () => (now += 10), goOn: () => {} } as unknown as ConnectionOutput)
    writeFrame(output, 1, 1)
    now += 10
    const octets = deliverMost(output)
    assert.ok(octets > 0 && octets < 256 << 10, `${octets} octets`)
    await turn()
    assert.ok(output.canDeliver)
  }
})
