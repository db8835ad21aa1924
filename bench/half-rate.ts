/**
 * `node dist/bench/half-rate.js [--rounds 5] [--seconds 3] [--rows A,B] [--in-memory]`: the latency of messages at half of
 * the rate that the broker reaches with them, which is found anew in every round. Ends with status 1 when p99 of a row is
 * longer than we allow. See bench/README.md.
 */
import { parseArgs } from 'node:util'
import { type Row, rowNamed } from './battery.js'
import { startAlone } from './brokers/leveret.js'
import { findGenerator } from './generator.js'
import { keepResult, machineFacts, stamp } from './machine.js'
import { median, tableText } from './statistics.js'

/** In microseconds. */
const P99_MAX = 5000
/** How long the greatest rate is looked for. */
const SEARCH_SECONDS = 2

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    rows: { type: 'string', default: 'transient-16b,transient-1kb,acked-16b,durable-16b,durable-1kb' },
    'in-memory': { type: 'boolean', default: false },
  },
})

/** One run at half of the rate; latencies in microseconds. */
interface Found {
  /** Messages per second that were asked for, and that arrived. */
  readonly rate: number
  readonly consumeRate: number
  readonly p50: number
  readonly p99: number
}

const { broker, folder, end } = await startAlone({ withDataDirectory: !values['in-memory'] })
try {
  const generator = findGenerator(folder)
  console.log(`leveret ${broker.version}; generator ${generator.name}`)
  const found = new Map(values.rows.split(',').map((name) => [rowNamed(name), [] as Found[]]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [row, samples] of found) samples.push(await measure(row))
    console.log(`round ${round + 1} of ${values.rounds} is done`)
  }
  process.exitCode = report(found) ? 0 : 1

  async function measure(row: Row): Promise<Found> {
    const { port } = broker
    const { publishRate, consumeRate: reached } = await generator.run(row, port, SEARCH_SECONDS)
    const rate = Math.round(Math.min(publishRate, reached) / 2)
    const half = { ...row, rate: Math.round(rate / row.publishers) }
    const {
      consumeRate,
      p50 = Number.NaN,
      p99 = Number.NaN,
    } = await generator.run(half, port, Number(values.seconds))
    return { rate, consumeRate, p50, p99 }
  }
} finally {
  await end()
}

/** True when every row is fast enough. */
function report(found: ReadonlyMap<Row, readonly Found[]>): boolean {
  const rows = [...found].map(([{ name }, samples]) => ({
    name,
    rate: median(samples.map(({ rate }) => rate)),
    arrived: median(samples.map(({ rate, consumeRate }) => consumeRate / rate)),
    p50: median(samples.map(({ p50 }) => p50)),
    p99: median(samples.map(({ p99 }) => p99)),
    p99Greatest: Math.max(...samples.map(({ p99 }) => p99)),
  }))
  console.log(
    `\n${tableText([
      ['row', 'half rate', 'arrived', 'p50 us', 'p99 us', 'greatest p99', `less than ${P99_MAX}`],
      ...rows.map(({ name, rate, arrived, p50, p99, p99Greatest }) => [
        name,
        rate.toFixed(0),
        arrived.toFixed(2),
        p50.toFixed(0),
        p99.toFixed(0),
        p99Greatest.toFixed(0),
        p99 < P99_MAX ? 'met' : 'MISSED',
      ]),
    ])}`,
  )
  const kept = [...found].map(([row, samples]) => ({ row, samples }))
  const json = JSON.stringify({ ...machineFacts(), ...values, rows: kept }, undefined, 2)
  console.log(`kept as ${keepResult(`half-rate-${stamp()}.json`, `${json}\n`)}`)
  return rows.every(({ p99 }) => p99 < P99_MAX)
}
