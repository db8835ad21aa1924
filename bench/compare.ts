/**
 * `npm run bench -- [option ...]`: Leveret beside RabbitMQ and LavinMQ, where those are installed. Every round runs every
 * row against every broker in turn; ratios are taken within a round. See bench/README.md.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { BATTERY, type Row } from './battery.js'
import type { RunningBroker } from './brokers/broker-under-bench.js'
import { LAVINMQ } from './brokers/lavinmq.js'
import { LEVERET } from './brokers/leveret.js'
import { RABBITMQ } from './brokers/rabbitmq.js'
import { chartOf } from './chart.js'
import { compare, comparisonText, type RowSamples } from './comparison.js'
import { findGenerator, type Generator, PERF } from './generator.js'
import { keepResult, machineFacts, stamp } from './machine.js'
import { type Sample, takeSample } from './sample.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    rows: { type: 'string' },
    rivals: { type: 'string', default: 'rabbitmq,lavinmq' },
    'in-memory': { type: 'boolean', default: false },
    perf: { type: 'boolean', default: false },
  },
})

const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const rows = BATTERY.filter(({ name }) => values.rows === undefined || values.rows.split(',').includes(name))
const folder = mkdtempSync(join(tmpdir(), 'leveret-bench-'))
const brokers: RunningBroker[] = []
try {
  const generator = values.perf ? PERF : findGenerator(folder)
  await startBrokers()
  for (const { name, version } of brokers) console.log(`${name} ${version}`)
  console.log(`generator ${generator.name}, ${rounds} rounds of ${seconds} s a row`)
  report(generator, await runRounds(generator))
} finally {
  for (const broker of brokers) await broker.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function startBrokers(): Promise<void> {
  const rivals = [RABBITMQ, LAVINMQ].filter(({ name }) => values.rivals.split(',').includes(name))
  for (const kind of [LEVERET, ...rivals]) {
    const own = join(folder, kind.name)
    mkdirSync(own)
    const broker = await kind.start({ folder: own, withDataDirectory: !values['in-memory'] })
    if (broker === undefined) console.log(`${kind.name} is not installed`)
    else brokers.push(broker)
  }
}

async function runRounds(generator: Generator): Promise<Map<Row, RowSamples>> {
  const samples = new Map(
    rows.map((row) => [row, Object.fromEntries(brokers.map(({ name }) => [name, [] as Sample[]]))] as const),
  )
  for (let round = 0; round < rounds; round++) {
    for (const row of rows) {
      // Who comes first changes from round to round, so that nobody always follows the same load.
      const order = brokers.map((_, i) => brokers[(i + round) % brokers.length])
      for (const broker of order) {
        samples.get(row)?.[broker.name].push(await takeSample(broker, generator, row, seconds))
      }
    }
    console.log(`round ${round + 1} of ${rounds} is done`)
  }
  return samples
}

function report(generator: Generator, samples: ReadonlyMap<Row, RowSamples>): void {
  const comparisons = rows.flatMap((row) =>
    brokers.slice(1).map((rival) => compare(row, samples.get(row) ?? {}, rival.name)),
  )
  console.log(`\n${comparisonText(comparisons)}`)
  const facts = {
    ...machineFacts(),
    generator: generator.name,
    rounds,
    seconds,
    dataDirectory: !values['in-memory'],
    brokers: Object.fromEntries(brokers.map(({ name, version }) => [name, version])),
  }
  const name = `compare-${stamp()}`
  const rowsKept = rows.map((row) => ({ row, samples: samples.get(row) }))
  const json = JSON.stringify({ ...facts, comparisons, rows: rowsKept }, undefined, 2)
  console.log(`kept as ${keepResult(`${name}.json`, `${json}\n`)}`)
  const title = `Leveret against its rivals: how many times better (median of ${rounds}); red marks are targets`
  if (comparisons.length > 0) console.log(`chart ${keepResult(`${name}.svg`, chartOf(comparisons, title))}`)
}
