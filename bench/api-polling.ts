/**
 * `node dist/bench/api-polling.js [--rounds 7] [--seconds 5] [--queues 10000] [--paths /api/…,/metrics]`: what it does to
 * the latency of messages that somebody looks at ten thousand queues once a second. Every round measures the same load
 * without and with polling, and the difference is taken within a round. Ends with status 1 when p99 changes by more than
 * we allow. See bench/README.md.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { connect } from '../src/client/index.js'
import { rowNamed } from './battery.js'
import { freeApiPorts, startAlone } from './brokers/leveret.js'
import { findGenerator } from './generator.js'
import { keepResult, machineFacts, stamp } from './machine.js'
import { POLL_INTERVAL_MS, Poller } from './poller.js'
import { median, tableText } from './statistics.js'

/** What polling may add to p99, in microseconds. */
const P99_CHANGE_MAX = 2000
const WARM_UP_MS = 5000
/** Declared or published before an answer is waited for. */
const BATCH = 500

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '5' },
    queues: { type: 'string', default: '10000' },
    durable: { type: 'boolean', default: false },
    paths: { type: 'string', default: '/api/queues?page=1&page_size=100,/metrics' },
  },
})
const { durable, ...latency } = rowNamed('latency-1000-per-second')
// A sync of the disk takes now 1 ms and now 100, which is more than what is looked for.
const row = { ...latency, durable: durable && values.durable }
const ports = await freeApiPorts()
const { broker, folder, end } = await startAlone({ withDataDirectory: true, args: ports.args })
try {
  const generator = findGenerator(folder)
  await declareQueues(broker.port, Number(values.queues))
  console.log(
    `leveret ${broker.version}; ${values.queues} queues; every ${POLL_INTERVAL_MS} ms: ${values.paths}`,
  )
  await warmUp()
  const alone: Latency[] = []
  const polled: Latency[] = []
  const polls: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    // Who comes first changes, so that nobody always has the warmer process.
    for (const polls of round % 2 === 0 ? [false, true] : [true, false]) await measure(polls)
    const [without, withPolls] = [alone[round]!, polled[round]!]
    console.log(
      `round ${round + 1}: p99 ${without.p99} us alone, ${withPolls.p99} us polled; p50 ${without.p50}, ${withPolls.p50}`,
    )
  }
  process.exitCode = report(alone, polled, polls) ? 0 : 1

  /** The API is loaded with the first request, which takes longer than all that is measured here. */
  async function warmUp(): Promise<void> {
    const answers: number[] = []
    const poller = new Poller(values.paths.split(','), ports, answers)
    await delay(WARM_UP_MS)
    poller.stop()
  }

  async function measure(isPolled: boolean): Promise<void> {
    const poller = isPolled ? new Poller(values.paths.split(','), ports, polls) : undefined
    const { p50 = Number.NaN, p99 = Number.NaN } = await generator.run(
      row,
      broker.port,
      Number(values.seconds),
    )
    poller?.stop()
    const into = isPolled ? polled : alone
    into.push({ p50, p99 })
  }
} finally {
  await end()
}

/** Microseconds. */
interface Latency {
  readonly p50: number
  readonly p99: number
}

/** Queues that hold a message each, so that there is something to tell of every one. */
async function declareQueues(port: number, count: number): Promise<void> {
  const connection = await connect({ host: '127.0.0.1', port })
  const channel = await connection.channel()
  await channel.confirmSelect()
  for (let i = 0; i < count; i += BATCH) {
    const names = Array.from({ length: Math.min(BATCH, count - i) }, (_, j) => `orders.${i + j}`)
    await Promise.all(names.map((name) => channel.declareQueue(name, { durable: true })))
    for (const name of names) channel.publish('', name, 'waits', { deliveryMode: 2 })
    await channel.waitForConfirms()
  }
  await connection.close()
}

/** True when polling changed little enough. */
function report(alone: readonly Latency[], polled: readonly Latency[], polls: readonly number[]): boolean {
  const changes = alone.map(({ p99 }, round) => polled[round]!.p99 - p99)
  const change = median(changes)
  const line = (name: string, of: readonly Latency[]): string[] => [
    name,
    median(of.map(({ p50 }) => p50)).toFixed(0),
    median(of.map(({ p99 }) => p99)).toFixed(0),
  ]
  console.log(`\n${tableText([['us', 'p50', 'p99'], line('alone', alone), line('polled', polled)])}`)
  console.log(`answers took ${median(polls).toFixed(1)} ms, ${Math.max(...polls).toFixed(1)} at most`)
  const isMet = change < P99_CHANGE_MAX
  console.log(
    `p99 changes by ${change.toFixed(0)} us (${isMet ? 'met' : 'MISSED'}: less than ${P99_CHANGE_MAX})`,
  )
  const facts = { ...machineFacts(), ...values, alone, polled, change, pollMs: polls }
  console.log(
    `kept as ${keepResult(`api-polling-${stamp()}.json`, `${JSON.stringify(facts, undefined, 2)}\n`)}`,
  )
  return isMet
}
