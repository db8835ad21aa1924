import type { PublishProperties } from '../client/index.js'

export const SCENARIOS = [
  'throughput',
  'latency',
  'connection-churn',
  'queue-churn',
  'binding-churn',
  'connection-count',
  'queue-count',
  'backlog',
] as const
export type Scenario = (typeof SCENARIOS)[number]

/** What a run does. {@link DEFAULT_OPTIONS} has the defaults of all scenarios but for what a scenario sets itself. */
export interface PerfOptions {
  readonly scenario: Scenario
  /** Brokers; publishers and consumers take them in turn. */
  readonly uris: readonly string[]
  /** Name of the run, in its connections and queues. */
  readonly id: string
  readonly publishers: number
  readonly consumers: number
  /** Octets of a body. */
  readonly sizeBytes: number
  /** Messages per second and publisher; 0 is as fast as it goes. */
  readonly rate: number
  /** Publishes of a publisher that may wait for their confirm; 0 is without confirms. */
  readonly confirmWindow: number
  /** Consumers need not acknowledge. */
  readonly autoAck: boolean
  /** Acknowledges every so many messages with one frame. */
  readonly ackEvery: number
  /** 0 is no limit. */
  readonly prefetch: number
  readonly persistent: boolean
  readonly mandatory: boolean
  readonly properties: PublishProperties
  /** '' is the default exchange. */
  readonly exchange: string
  readonly exchangeType: string
  /** Undefined: the queue's name. */
  readonly routingKey: string | undefined
  /** Names of the queues; publishers and consumers take them in turn. */
  readonly queues: readonly string[]
  readonly queueArguments: Readonly<Record<string, unknown>>
  readonly consumerArguments: Readonly<Record<string, unknown>>
  readonly durable: boolean
  /** Exchange and queues are there already and are left alone. */
  readonly predeclared: boolean
  /** Queues are left behind. */
  readonly keep: boolean
  /** Seconds to run; 0 is until stopped or until all limits are reached. */
  readonly seconds: number
  /** Seconds at the beginning that do not count in rates and latencies. */
  readonly warmupSeconds: number
  /** Messages per publisher (operations per worker in churn scenarios); 0 is no limit. */
  readonly publishLimit: number
  /** Messages per consumer; 0 is no limit. */
  readonly consumeLimit: number
  /** Connections or queues that the counting scenarios open, in all. */
  readonly count: number
  /** Seconds between progress lines; 0 for none. */
  readonly intervalSeconds: number
  /** 0: chosen by the processors there are. */
  readonly threads: number
  readonly json: boolean
  /** File for the JSON report; undefined for none. */
  readonly outputFile: string | undefined
}

export const DEFAULT_OPTIONS: PerfOptions = {
  scenario: 'throughput',
  uris: ['amqp://guest:guest@127.0.0.1:5672'],
  id: 'leveret-perf',
  publishers: 1,
  consumers: 1,
  sizeBytes: 16,
  rate: 0,
  confirmWindow: 0,
  autoAck: false,
  ackEvery: 1,
  prefetch: 0,
  persistent: false,
  mandatory: false,
  properties: {},
  exchange: '',
  exchangeType: 'direct',
  routingKey: undefined,
  queues: ['leveret-perf'],
  queueArguments: {},
  consumerArguments: {},
  durable: false,
  predeclared: false,
  keep: false,
  seconds: 0,
  warmupSeconds: 0,
  publishLimit: 0,
  consumeLimit: 0,
  count: 1000,
  intervalSeconds: 1,
  threads: 0,
  json: false,
  outputFile: undefined,
}

/** What a scenario does differently unless it is told. */
export const SCENARIO_DEFAULTS: Readonly<Record<Scenario, Partial<PerfOptions>>> = {
  throughput: {},
  latency: { rate: 1000, confirmWindow: 100, prefetch: 100, persistent: true, durable: true },
  'connection-churn': {},
  'queue-churn': {},
  'binding-churn': { exchange: 'leveret-perf' },
  'connection-count': {},
  'queue-count': {},
  backlog: { publishLimit: 100_000, prefetch: 1000, ackEvery: 100, confirmWindow: 1000 },
}
