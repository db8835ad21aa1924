import { type Channel, type Connection, connect } from '../../src/client/index.js'
import { costOf, type GrowthRig, load, uriOf } from './load.js'

/** Something of which there may be little or much, and that should not matter to a message. */
export interface Dimension {
  readonly name: string
  readonly sizes: readonly number[]
  /** True where we hold ourselves to a flat cost. */
  readonly isFlat: boolean
  /** Sets `size` of it up, measures the cost of a message in ns, and takes it away again. */
  measure(rig: GrowthRig, size: number): Promise<number>
}

const QUEUE = 'growth-load'

export const DIMENSIONS: readonly Dimension[] = [
  { name: 'depth', sizes: [1e3, 1e4, 1e5, 1e6, 1e7], isFlat: true, measure: depth },
  { name: 'bindings', sizes: [10, 1000, 100_000], isFlat: true, measure: bindings },
  { name: 'queues', sizes: [1, 100, 10_000], isFlat: true, measure: queues },
  { name: 'connections', sizes: [1, 100, 1000], isFlat: true, measure: connections },
  { name: 'consumers', sizes: [1, 10, 100], isFlat: false, measure: consumers },
  { name: 'fan-out', sizes: [1, 10, 100], isFlat: false, measure: fanOut },
]

/** Ready messages that lie before those that are published. */
async function depth(rig: GrowthRig, size: number): Promise<number> {
  await load(rig, { queues: [QUEUE], consumers: 0, publishLimit: size, keep: true })
  // Consumers that need not acknowledge would be given all that lies there, whatever they want of it.
  const acked = { autoAck: false, ackEvery: 100, prefetch: 1000 }
  const cost = await costOf(rig, { queues: [QUEUE], keep: true, ...acked, ...through(rig) })
  // What is left goes with the queue, and is no cost of those that went through.
  await withChannel(rig, (channel) => channel.deleteQueue(QUEUE))
  return cost
}

/** Topic bindings that match nothing of what is published. */
function bindings(rig: GrowthRig, size: number): Promise<number> {
  return withChannel(rig, async (channel) => {
    const exchange = 'growth-topic'
    await channel.declareExchange(exchange, 'topic', { durable: false })
    await channel.declareQueue('growth-idle', { durable: false })
    await inParallel(size, (i) => channel.bindQueue('growth-idle', exchange, `load.other.*.${i}`))
    try {
      const route = { exchange, exchangeType: 'topic', routingKey: 'load.key.x.y' }
      return await costOf(rig, { queues: [QUEUE], ...route, ...through(rig) })
    } finally {
      await channel.deleteQueue('growth-idle')
    }
  })
}

/** Queues beside the one that is used. */
function queues(rig: GrowthRig, size: number): Promise<number> {
  return withChannel(rig, async (channel) => {
    const name = (i: number): string => `growth-idle-${i}`
    await inParallel(size - 1, (i) => channel.declareQueue(name(i), { durable: false }))
    try {
      return await costOf(rig, { queues: [QUEUE], ...through(rig) })
    } finally {
      await inParallel(size - 1, (i) => channel.deleteQueue(name(i)))
    }
  })
}

/** Connections beside those that are used. */
async function connections(rig: GrowthRig, size: number): Promise<number> {
  const idle: Connection[] = []
  try {
    for (let i = 1; i < size; i++) {
      const connection = await connect(uriOf(rig.broker))
      idle.push(connection)
      await connection.channel()
    }
    return await costOf(rig, { queues: [QUEUE], ...through(rig) })
  } finally {
    await Promise.all(idle.map((connection) => connection.close()))
  }
}

/** Consumers of one queue, that take turns. */
function consumers(rig: GrowthRig, size: number): Promise<number> {
  const share = Math.floor(rig.messages / size / 2)
  // The generator's own work per consumer must not hold up the others, so nobody waits for the last one.
  return costOf(
    rig,
    { queues: [QUEUE], consumers: size, publishLimit: rig.messages, prefetch: 0, consumeLimit: share },
    ({ published, consumed }) => (published + consumed) / 2,
  )
}

/** Queues that each get every message; the cost is that of one of the copies. */
function fanOut(rig: GrowthRig, size: number): Promise<number> {
  const queues = Array.from({ length: size }, (_, i) => `${QUEUE}-${i}`)
  return costOf(
    rig,
    {
      queues,
      exchange: 'growth-fanout',
      exchangeType: 'fanout',
      consumers: 0,
      publishLimit: Math.ceil(rig.messages / size),
    },
    ({ published }) => published * size,
  )
}

/** Every message is published and consumed once. */
function through({ messages }: GrowthRig): { publishLimit: number; consumeLimit: number } {
  return { publishLimit: messages, consumeLimit: messages }
}

async function withChannel<T>(rig: GrowthRig, use: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect(uriOf(rig.broker))
  try {
    return await use(await connection.channel())
  } finally {
    await connection.close()
  }
}

/** Calls `work` for 0 to `count` - 1, a thousand at a time. */
async function inParallel(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += 1000) {
    const numbers = Array.from({ length: Math.min(1000, count - from) }, (_, i) => from + i)
    await Promise.all(numbers.map(work))
  }
}
