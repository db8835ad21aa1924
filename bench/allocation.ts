/**
 * `node dist/bench/allocation.js [--seconds N] [--rows A,B] [--sites]`: octets that the broker allocates per message, and
 * its pauses for garbage collection, while a generator in another process loads it. The broker runs in this thread,
 * whose heap is what is watched. See bench/README.md.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startBroker } from '../src/broker.js'
import { AllocationSites } from './allocation-sites.js'
import { BATTERY, type Row } from './battery.js'
import { findGenerator, type Generator } from './generator.js'
import { type HeapReport, HeapWatch } from './heap-watch.js'
import { keepResult, machineFacts, stamp } from './machine.js'
import { tableText } from './statistics.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rows: { type: 'string', default: 'transient-16b,acked-16b,durable-16b,latency-1000-per-second' },
    sites: { type: 'boolean', default: false },
    'data-dir': { type: 'boolean', default: false },
  },
})

interface Found extends HeapReport {
  readonly row: string
  readonly messagesPerSecond: number
  readonly bytesPerMessage: number
}

const seconds = Number(values.seconds)
const folder = mkdtempSync(join(tmpdir(), 'leveret-bench-'))
const broker = await startBroker({
  logLevel: 'error',
  listeners: { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] },
  ...(values['data-dir'] ? { dataDir: join(folder, 'data') } : {}),
})
try {
  const generator = findGenerator(folder)
  const idle = await idleBytesPerSecond()
  const found: Found[] = []
  for (const row of BATTERY.filter(({ name }) => values.rows.split(',').includes(name))) {
    found.push(await watch(generator, row, idle))
  }
  console.log(text(found))
  const json = JSON.stringify({ ...machineFacts(), generator: generator.name, seconds, found }, undefined, 2)
  console.log(`kept as ${keepResult(`allocation-${stamp()}.json`, `${json}\n`)}`)
} finally {
  await broker.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** What watching itself allocates. */
async function idleBytesPerSecond(): Promise<number> {
  const watch = new HeapWatch()
  await delay(1000)
  return watch.stop().bytesPerSecond
}

async function watch(generator: Generator, row: Row, idle: number): Promise<Found> {
  const running = generator.run(row, broker.port, seconds)
  await delay(generator.leadSeconds * 1000)
  const sites = values.sites ? new AllocationSites() : undefined
  const heap = new HeapWatch()
  await delay(seconds * 1000)
  const report = heap.stop()
  const lines = sites?.stop()
  const { publishRate, consumeRate } = await running
  if (lines !== undefined) console.log(`${row.name}\n${lines.join('\n')}\n`)
  const messagesPerSecond = row.consumers === 0 ? publishRate : (publishRate + consumeRate) / 2
  const bytesPerMessage = (report.bytesPerSecond - idle) / messagesPerSecond
  return { row: row.name, messagesPerSecond, bytesPerMessage, ...report }
}

function text(found: readonly Found[]): string {
  return tableText([
    ['row', 'bytes/message', 'pauses', 'scavenges', 'longest ms', 'total ms'],
    ...found.map((each) => [
      each.row,
      each.bytesPerMessage.toFixed(1),
      String(each.pauses),
      String(each.scavenges),
      each.longestPauseMs.toFixed(2),
      each.totalPauseMs.toFixed(1),
    ]),
  ])
}
