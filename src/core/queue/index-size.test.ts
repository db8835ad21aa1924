import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { randomFrom } from '../../../test/support/random.js'
import { BlockPool } from './message-index.js'
import { ReadyOrder } from './ready-order.js'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

const MESSAGES = 1_000_000
const CHUNK_BYTES = 1 << 20
/** Octets of a message's record beside its body, and of the header of a batch. */
const RECORD_BYTES = 72
const BATCH_HEADER_BYTES = 32
const BATCH_MESSAGES = 300
/** Time between two messages. */
const MESSAGE_MS = 0.0123
/** The first slot whose refs need more than 32 bits. */
const FAR_SLOT = 2 ** 15

interface Backlog {
  readonly messages?: number
  readonly queues?: number
  readonly bodyBytes: (random: () => number) => number
  readonly firstSlot?: number
  readonly ttlMs?: number
}

const BACKLOGS: readonly (readonly [string, Backlog, number])[] = [
  ['16 octets', { bodyBytes: () => 16 }, 1.5],
  ['100 octets', { bodyBytes: () => 100 }, 1.5],
  ['100 octets in a log of more than 32 GiB', { bodyBytes: () => 100, firstSlot: FAR_SLOT }, 1.5],
  ['any size up to 1 kB', { bodyBytes: (random) => Math.floor(random() * 1000) }, 4],
  ['any size up to 100 kB', { bodyBytes: (random) => Math.floor(random() * 100_000) }, 5],
  ['100 octets with a time to live', { bodyBytes: () => 100, ttlMs: 60_000 }, 7],
]

for (const [name, backlog, octetsMax] of BACKLOGS) {
  test(`of 1,000,000 ready messages of ${name} each costs at most ${octetsMax} octets beside its bytes`, () => {
    const octets = octetsEach(backlog)
    assert.ok(octets > 0.1, `${octets} octets are too few: the measurement is wrong`)
    assert.ok(octets <= octetsMax, `${octets} octets a message`)
  })
}

test('messages of a queue that is not deep enough to be packed cost at most 16 octets beside their bytes', () => {
  for (const firstSlot of [0, FAR_SLOT]) {
    const octets = octetsEach({ messages: 63 * 256, queues: 50, bodyBytes: () => 100, firstSlot })
    assert.ok(octets >= 12, `${octets} octets are too few: the measurement is wrong`)
    assert.ok(octets <= 16, `${octets} octets a message`)
  }
})

/** Octets of memory for each message of queues whose records lie in logs one after the other. */
function octetsEach(backlog: Backlog): number {
  const { messages = MESSAGES, queues = 1 } = backlog
  const before = usedBytes()
  const pool = new BlockPool()
  const orders = [...new Array(queues)].map(() => filledOrder(pool, backlog))
  const octets = (usedBytes() - before) / messages / queues
  for (const { ready } of orders) assert.equal(ready, messages)
  return octets
}

function filledOrder(
  pool: BlockPool,
  { messages = MESSAGES, bodyBytes, firstSlot = 0, ttlMs }: Backlog,
): ReadyOrder {
  const random = randomFrom(1)
  const order = new ReadyOrder(pool, 1, 'original')
  let slot = firstSlot
  let offset = 0
  for (let i = 0; i < messages; i++) {
    if (i % BATCH_MESSAGES === 0) offset += BATCH_HEADER_BYTES
    const size = bodyBytes(random)
    const recordBytes = (RECORD_BYTES + size + 7) & -8
    if (offset + recordBytes > CHUNK_BYTES) {
      slot += 1
      offset = BATCH_HEADER_BYTES
    }
    const deadline = ttlMs === undefined ? Number.POSITIVE_INFINITY : ttlMs + i * MESSAGE_MS
    order.append(0, slot * 2 ** 17 + offset / 8, 0, size, deadline)
    offset += recordBytes
  }
  return order
}

/** Garbage is given back by and by: what is measured is what stays. */
function usedBytes(): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < 5; i++) {
    collectGarbage()
    const { heapUsed, external } = process.memoryUsage()
    least = Math.min(least, heapUsed + external)
  }
  return least
}
