/** One kind of load in a comparison. */
export interface Row {
  readonly name: string
  readonly publishers: number
  readonly consumers: number
  readonly queues: number
  readonly sizeBytes: number
  /** Persistent messages on durable queues. */
  readonly durable: boolean
  /** 0 publishes without confirms. */
  readonly confirmWindow: number
  /** 0 needs no acknowledgements. */
  readonly ackEvery: number
  readonly prefetch: number
  /** Messages per second and publisher, 0 for as fast as it goes. */
  readonly rate: number
  /** What is compared: throughput is better when higher, latency when lower. */
  readonly measure: 'throughput' | 'latency'
  /** Least ratios that we hold ourselves to, by rival: of throughput, and of processor time per message. */
  readonly targets: Readonly<Record<string, { readonly ratio: number; readonly processor?: number }>>
}

const PLAIN: Row = {
  name: '',
  publishers: 1,
  consumers: 1,
  queues: 1,
  sizeBytes: 16,
  durable: false,
  confirmWindow: 0,
  ackEvery: 0,
  prefetch: 0,
  rate: 0,
  measure: 'throughput',
  targets: {},
}
const DURABLE: Row = { ...PLAIN, durable: true, confirmWindow: 1000, ackEvery: 100, prefetch: 1000 }

function targets(rabbitmq: number, processor: number, lavinmq: number): Row['targets'] {
  return { rabbitmq: { ratio: rabbitmq, processor }, lavinmq: { ratio: lavinmq } }
}

/** The rows of a comparison, in the order in which they are run. */
export const BATTERY: readonly Row[] = [
  { ...PLAIN, name: 'transient-16b', targets: targets(15, 20, 3) },
  { ...PLAIN, name: 'transient-1kb', sizeBytes: 1024, targets: targets(8, 20, 2) },
  { ...PLAIN, name: 'acked-16b', ackEvery: 100, prefetch: 1000, targets: targets(15, 20, 3) },
  { ...DURABLE, name: 'durable-16b', targets: targets(8, 10, 2) },
  { ...DURABLE, name: 'durable-1kb', sizeBytes: 1024, targets: targets(5, 10, 2) },
  { ...PLAIN, name: 'publish-only-16b', consumers: 0, targets: targets(8, 20, 2) },
  { ...PLAIN, name: 'four-queues-16b', publishers: 4, consumers: 4, queues: 4, targets: targets(12, 20, 2) },
  {
    ...DURABLE,
    name: 'latency-1000-per-second',
    rate: 1000,
    measure: 'latency',
    targets: { rabbitmq: { ratio: 2 } },
  },
]

/** The row of that name. */
export function rowNamed(name: string): Row {
  const row = BATTERY.find((each) => each.name === name)
  if (row === undefined) throw new Error(`there is no row '${name}'`)
  return row
}
