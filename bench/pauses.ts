/**
 * `node dist/bench/pauses.js [--seconds 60] [--rate 400000] [--paths /api/…,/metrics] [--in-memory]`: the longest time that
 * anybody waits for the broker while it is under load and looked at once a second, from the first request of its life on.
 * Ends with status 1 when a pause is longer than we allow. See bench/README.md.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Row, rowNamed } from './battery.js'
import { freeApiPorts, LEVERET } from './brokers/leveret.js'
import { findGenerator, type Measured } from './generator.js'
import { keepResult, machineFacts, stamp } from './machine.js'
import type { PauseReport } from './pause-probe.js'
import { POLL_INTERVAL_MS, Poller } from './poller.js'
import { median, tableText } from './statistics.js'

/** The longest that a message of the quiet connection may take, and the longest pause for garbage, in milliseconds. */
const PAUSE_MAX_MS = 50
const COLLECTION_MAX_MS = 5
/** Below this share of the rate that was asked for it was another load than the report says. */
const LOAD_SHARE_MIN = 0.95

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '400000' },
    paths: {
      type: 'string',
      default: '/api/overview,/api/queues?page=1&page_size=100,/api/metrics,/metrics',
    },
    'in-memory': { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const LOAD: Row = { ...rowNamed('acked-16b'), rate: Number(values.rate) }
const QUIET: Row = { ...rowNamed('transient-16b'), rate: 1000 }

const folder = mkdtempSync(join(tmpdir(), 'leveret-bench-'))
const ports = await freeApiPorts()
const probe = new URL('./pause-probe.js', import.meta.url)
const probed = join(folder, 'probed.json')
probe.searchParams.set('report', probed)
const broker = await LEVERET.start({
  folder: mkdtempSync(join(folder, 'broker-')),
  withDataDirectory: !values['in-memory'],
  args: ports.args,
  nodeOptions: ['--import', probe.href],
})
if (broker === undefined) throw new Error('leveret did not start')
try {
  const generator = findGenerator(folder)
  console.log(`leveret ${broker.version}; generator ${generator.name}`)
  console.log(
    `${values.rate} messages a second for ${seconds} s; every ${POLL_INTERVAL_MS} ms: ${values.paths}`,
  )
  const running = Promise.all([
    generator.run(LOAD, broker.port, seconds, 'load'),
    generator.run(QUIET, broker.port, seconds, 'quiet'),
  ])
  await delay(generator.leadSeconds * 1000)
  process.kill(broker.pid, 'SIGUSR2')
  // Nobody has asked for anything before: whatever is made ready for the first request is made now.
  const answers: number[] = []
  const poller = new Poller(values.paths.split(','), ports, answers)
  const [load, quiet] = await running
  poller.stop()
  process.kill(broker.pid, 'SIGUSR2')
  // The probe has written its report when the process has ended.
  await broker.stop()
  process.exitCode = report(load, quiet, answers, JSON.parse(readFileSync(probed, 'utf8'))) ? 0 : 1
} finally {
  await broker.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** True when nothing took too long. */
function report(load: Measured, quiet: Measured, answers: readonly number[], seen: PauseReport): boolean {
  const [p50 = Number.NaN, p99 = Number.NaN, max = Number.NaN] = [quiet.p50, quiet.p99, quiet.max].map(
    (micros) => (micros ?? Number.NaN) / 1000,
  )
  const isLoaded = load.consumeRate >= Number(values.rate) * LOAD_SHARE_MIN
  const [isShort, isCollectedFast] = [max < PAUSE_MAX_MS, seen.longestPauseMs < COLLECTION_MAX_MS]
  const verdict = (isMet: boolean): string => (isMet ? 'met' : 'MISSED')
  const ms = (value: number): string => value.toFixed(2)
  console.log(
    `\n${tableText([
      ['ms', 'median', 'p99', 'longest', ''],
      ['quiet connection', ms(p50), ms(p99), ms(max), `${verdict(isShort)}: less than ${PAUSE_MAX_MS}`],
      [
        'collections of garbage',
        '-',
        '-',
        ms(seen.longestPauseMs),
        `${verdict(isCollectedFast)}: less than ${COLLECTION_MAX_MS}`,
      ],
      ['event loop late by', '-', '-', ms(seen.longestLoopDelayMs), ''],
      ['answers of the API', ms(median(answers)), '-', ms(Math.max(...answers)), `${answers.length} of them`],
    ])}`,
  )
  const perSecond = `${load.consumeRate.toFixed(0)} of ${values.rate} messages a second`
  console.log(`the load was ${perSecond}${isLoaded ? '' : ': TOO FEW, the machine does not reach it'}`)
  console.log(
    `${seen.pauses} collections, ${seen.scavenges} of them of young objects, took ${seen.totalPauseMs.toFixed(1)} ms`,
  )
  const facts = { ...machineFacts(), ...values, load, quiet, answers, seen }
  console.log(`kept as ${keepResult(`pauses-${stamp()}.json`, `${JSON.stringify(facts, undefined, 2)}\n`)}`)
  return isLoaded && isShort && isCollectedFast
}
