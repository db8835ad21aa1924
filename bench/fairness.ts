/**
 * `node dist/bench/fairness.js [--rounds 5] [--seconds 3] [--ack-every 1] [--prefetch 1000] [--in-memory]`: what is left
 * of a consumer's rate, and of the latency of a connection that publishes little, beside two publishers that never stop.
 * Ends with status 1 when it is less than we promise. See bench/README.md.
 */
import { parseArgs } from 'node:util'
import { type Row, rowNamed } from './battery.js'
import { startAlone } from './brokers/leveret.js'
import { findGenerator, type Measured } from './generator.js'
import { load } from './growth/load.js'
import { keepResult, machineFacts, stamp } from './machine.js'
import { Standstills } from './standstills.js'
import { median, tableText } from './statistics.js'

/** What the consumer keeps of its rate, at least. */
const SHARE_MIN = 0.6
/** What the quiet connection waits for a message, at most, in microseconds. */
const QUIET_LATENCY_MAX = 20_000
/** Messages per second and publisher of the slowest pace that is tried, and how much faster each next one is. */
const FIRST_PACE = 10_000
const PACE_STEP = 1.3
/** A pace is kept when this share of what is published is consumed. */
const KEPT_SHARE = 0.97

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    'ack-every': { type: 'string', default: '1' },
    prefetch: { type: 'string', default: '1000' },
    'in-memory': { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
/** Two publishers and a consumer of one queue. */
const FLOOD: Row = {
  ...rowNamed('acked-16b'),
  publishers: 2,
  ackEvery: Number(values['ack-every']),
  prefetch: Number(values.prefetch),
}
const QUIET: Row = { ...rowNamed('transient-16b'), rate: 1000 }
const QUEUE = 'busy'

/** What the same consumer does: beside the flood, beside publishers of its own pace, with a queue that was filled before. */
const KINDS = ['flooded', 'paced', 'drained'] as const
type Kind = (typeof KINDS)[number]

interface Found {
  readonly consumeRate: number
  readonly quiet: Measured
  /** How long the machine itself stood still meanwhile, at most. */
  readonly standstillMs: number | undefined
}

const { broker, folder, end } = await startAlone({ withDataDirectory: !values['in-memory'] })
const standstills = new Standstills()
try {
  const generator = findGenerator(folder)
  console.log(`leveret ${broker.version}; generator ${generator.name}`)
  const best = await bestPace()
  console.log(`the consumer keeps pace with ${(2 * best.pace).toFixed(0)} messages a second`)
  const found: Record<Kind, Found[]> = { flooded: [], paced: [], drained: [] }
  for (let round = 0; round < Number(values.rounds); round++) {
    // Who comes first changes, so that nobody always follows the same load.
    for (const i of KINDS.keys()) {
      const kind = KINDS[(round + i) % KINDS.length]
      found[kind].push(await measure(kind))
    }
    const rates = KINDS.map((kind) => `${kind} ${found[kind][round].consumeRate.toFixed(0)}`)
    console.log(`round ${round + 1}: consumed per second: ${rates.join(', ')}`)
    const { quiet, standstillMs } = found.flooded[round]
    const stood = standstillMs === undefined ? '' : `; the machine stood still for ${standstillMs} ms at most`
    console.log(`         quiet beside the flood: ${quiet.max} us at most${stood}`)
  }
  process.exitCode = report(found) ? 0 : 1

  /** The pace of each publisher at which most is consumed while next to nothing stays behind. */
  async function bestPace(): Promise<{ readonly pace: number; readonly consumeRate: number }> {
    let best = { pace: FIRST_PACE, consumeRate: 0 }
    for (let pace = FIRST_PACE; ; pace = Math.round(pace * PACE_STEP)) {
      const { publishRate, consumeRate } = await generator.run(
        { ...FLOOD, rate: pace },
        broker.port,
        1,
        QUEUE,
      )
      if (consumeRate > best.consumeRate) best = { pace, consumeRate }
      if (consumeRate < publishRate * KEPT_SHARE) return best
    }
  }

  async function measure(kind: Kind): Promise<Found> {
    if (kind === 'drained') await fill()
    const { port } = broker
    const rows = {
      flooded: FLOOD,
      paced: { ...FLOOD, rate: best.pace },
      drained: { ...FLOOD, publishers: 0 },
    }
    standstills.take()
    const [{ consumeRate }, quiet] = await Promise.all([
      generator.run(rows[kind], port, seconds, QUEUE),
      generator.run(QUIET, port, seconds, 'quiet'),
    ])
    return { consumeRate, quiet, standstillMs: standstills.take() }
  }

  /** More than the consumer takes until the end, twice as fast as it was ever seen. */
  async function fill(): Promise<void> {
    const messages = Math.ceil(2 * best.consumeRate * (seconds + generator.leadSeconds + 1))
    await load(
      { broker: broker, messages },
      { queues: [QUEUE], consumers: 0, publishLimit: messages, keep: true },
    )
  }
} finally {
  standstills.end()
  await end()
}

/** True when the flood left enough of both. */
function report(found: Readonly<Record<Kind, readonly Found[]>>): boolean {
  const shareOf = (kind: Kind): number =>
    median(found.flooded.map(({ consumeRate }, round) => consumeRate / found[kind][round].consumeRate))
  const longest = (kind: Kind): number[] => found[kind].map(({ quiet }) => quiet.max ?? Number.NaN)
  const lines = KINDS.map((kind) => [
    kind,
    shareOf(kind).toFixed(2),
    median(found[kind].map(({ quiet }) => quiet.p50 ?? Number.NaN)).toFixed(0),
    median(found[kind].map(({ quiet }) => quiet.p99 ?? Number.NaN)).toFixed(0),
    median(longest(kind)).toFixed(0),
    Math.max(...longest(kind)).toFixed(0),
  ])
  const head = ['consumer', 'flooded/this', 'quiet p50 us', 'p99 us', 'longest us', 'of all rounds']
  console.log(`\n${tableText([head, ...lines])}`)
  const share = Math.min(shareOf('paced'), shareOf('drained'))
  const latency = Math.max(...longest('flooded'))
  const [keepsRate, keepsLatency] = [share >= SHARE_MIN, latency < QUIET_LATENCY_MAX]
  const verdict = (isMet: boolean): string => (isMet ? 'met' : 'MISSED')
  console.log(
    `the consumer keeps ${share.toFixed(2)} of its rate (${verdict(keepsRate)}: at least ${SHARE_MIN})`,
  )
  console.log(
    `the quiet connection waits ${latency.toFixed(0)} us at most (${verdict(keepsLatency)}: less than ${QUIET_LATENCY_MAX})`,
  )
  const facts = { ...machineFacts(), ...values, share, latency, found }
  console.log(`kept as ${keepResult(`fairness-${stamp()}.json`, `${JSON.stringify(facts, undefined, 2)}\n`)}`)
  return keepsRate && keepsLatency
}
