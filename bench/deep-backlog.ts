/**
 * `node dist/bench/deep-backlog.js [--messages N] [--resident N] [--rounds N]`: a durable queue much larger than memory,
 * killed, recovered, verified and consumed, beside a queue that is in memory. See bench/README.md.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { connect } from '../src/client/index.js'
import type { PerfOptions } from '../src/perf/options.js'
import type { MessageReport } from '../src/perf/report.js'
import type { RunningBroker } from './brokers/broker-under-bench.js'
import { LEVERET } from './brokers/leveret.js'
import { load, uriOf } from './growth/load.js'
import { keepResult, machineFacts, stamp } from './machine.js'
import { processorSeconds } from './processor-time.js'
import { median, tableText } from './statistics.js'

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000000' },
    resident: { type: 'string', default: '350000' },
    rounds: { type: 'string', default: '5' },
  },
})

const MESSAGES = Number(values.messages)
/** So few that they stay in memory, which is never less than 64 MiB: a message takes 160 octets of it. */
const RESIDENT_MESSAGES = Number(values.resident)
const CONTROL = fileURLToPath(new URL('../../bin/leveretctl', import.meta.url))
const DEEP: Partial<PerfOptions> = { queues: ['deep'] }
const SHALLOW: Partial<PerfOptions> = { queues: ['shallow'] }
const DURABLE: Partial<PerfOptions> = {
  sizeBytes: 100,
  durable: true,
  persistent: true,
  confirmWindow: 1000,
  autoAck: false,
  ackEvery: 100,
  prefetch: 1000,
  keep: true,
}

/** A figure, and what we hold ourselves to. */
interface Finding {
  readonly what: string
  readonly figure: number
  readonly unit: string
  readonly max?: number
  readonly min?: number
}

const findings: Finding[] = []
const folder = mkdtempSync(join(tmpdir(), 'leveret-deep-'))
const data = join(folder, 'data')
mkdirSync(data)
let broker = await start()
try {
  await fill()
  await kill()
  await verify()
  await startAgain()
  await firstDelivery()
  await consume()
} finally {
  await broker.stop()
  rmSync(folder, { recursive: true, force: true })
}
const json = JSON.stringify({ ...machineFacts(), messages: MESSAGES, findings }, undefined, 2)
console.log(`kept as ${keepResult(`deep-backlog-${stamp()}.json`, `${json}\n`)}`)
if (findings.some((finding) => !isMet(finding))) process.exitCode = 1

async function fill(): Promise<void> {
  const { published, confirmed, seconds } = await loadDurably({
    ...DEEP,
    consumers: 0,
    publishLimit: MESSAGES,
  })
  if (confirmed !== published) throw new Error(`${confirmed} confirms for ${published} messages`)
  found({ what: 'written and confirmed', figure: seconds, unit: 's' })
  found({ what: 'peak memory, filling', figure: peakMegabytes(broker.pid), unit: 'MB', max: 400 })
}

/** kill -9 while nothing is under way. */
async function kill(): Promise<void> {
  process.kill(broker.pid, 'SIGKILL')
  await broker.stop()
}

async function verify(): Promise<void> {
  const begin = performance.now()
  const child = spawn(process.execPath, [CONTROL, 'verify', data], { stdio: ['ignore', 'ignore', 'inherit'] })
  const peak = peakUntilExit(child)
  const [status] = await once(child, 'exit')
  if (status !== 0) throw new Error(`verify ended with ${status}`)
  found({ what: 'leveretctl verify', figure: (performance.now() - begin) / 1000, unit: 's' })
  found({ what: 'peak memory of verify', figure: await peak, unit: 'MB', max: 1000 })
}

async function startAgain(): Promise<void> {
  const begin = performance.now()
  broker = await start()
  found({ what: 'start after kill -9', figure: (performance.now() - begin) / 1000, unit: 's', max: 10 })
  found({ what: 'peak memory, start', figure: peakMegabytes(broker.pid), unit: 'MB', max: 400 })
}

/** From the connect, with a connection to close that takes the message back. */
async function firstDelivery(): Promise<void> {
  const begin = performance.now()
  const connection = await connect(uriOf(broker))
  const channel = await connection.channel()
  const { messageCount } = await channel.checkQueue('deep')
  if (messageCount !== MESSAGES) throw new Error(`${messageCount} messages are there`)
  await channel.qos(1)
  await new Promise<void>((resolve, reject) => {
    channel.consume('deep', () => resolve()).catch(reject)
  })
  found({ what: 'connect to first delivery', figure: performance.now() - begin, unit: 'ms', max: 100 })
  await connection.close()
}

async function consume(): Promise<void> {
  const deep = await drained(DEEP, MESSAGES)
  found({ what: 'consuming from files', figure: deep.rate, unit: 'msg/s' })
  found({ what: 'processor time, from files', figure: deep.processorNanos, unit: 'ns/msg' })
  found({ what: 'peak memory, consuming', figure: peakMegabytes(broker.pid), unit: 'MB', max: 400 })
  const shallow: Drained[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    await loadDurably({ ...SHALLOW, consumers: 0, publishLimit: RESIDENT_MESSAGES })
    shallow.push(await drained(SHALLOW, RESIDENT_MESSAGES))
  }
  const rate = median(shallow.map((each) => each.rate))
  const nanos = median(shallow.map((each) => each.processorNanos))
  found({ what: 'consuming from memory', figure: rate, unit: 'msg/s' })
  found({ what: 'processor time, from memory', figure: nanos, unit: 'ns/msg' })
  found({ what: 'speed against memory', figure: deep.rate / rate, unit: 'times', min: 0.5 })
}

interface Drained {
  readonly rate: number
  readonly processorNanos: number
}

async function drained(options: Partial<PerfOptions>, messages: number): Promise<Drained> {
  const before = processorSeconds(broker.pid)
  const { consumed, consumeRate } = await loadDurably({
    ...options,
    publishers: 0,
    consumers: 1,
    consumeLimit: messages,
  })
  if (consumed < messages) throw new Error(`${consumed} of ${messages} messages came`)
  const processorNanos = ((processorSeconds(broker.pid) - before) / consumed) * 1e9
  return { rate: consumeRate, processorNanos }
}

function loadDurably(options: Partial<PerfOptions>): Promise<MessageReport> {
  return load({ broker, messages: 0 }, { ...DURABLE, ...options })
}

async function start(): Promise<RunningBroker> {
  const started = await LEVERET.start({ folder: data, withDataDirectory: true })
  if (started === undefined) throw new Error('leveret is not built')
  return started
}

function found(finding: Finding): void {
  findings.push(finding)
  const { what, figure, unit, max, min } = finding
  const limit = max !== undefined ? `at most ${max}` : min !== undefined ? `at least ${min}` : ''
  const digits = figure >= 1000 ? 0 : figure >= 10 ? 1 : 2
  const verdict = limit === '' ? '' : isMet(finding) ? 'met' : 'NOT MET'
  process.stdout.write(
    tableText([
      [
        what.padEnd(28),
        `${figure.toFixed(digits)} ${unit}`.padStart(16),
        limit.padStart(14),
        verdict.padStart(8),
      ],
    ]),
  )
}

function isMet({ figure, max = Number.POSITIVE_INFINITY, min = 0 }: Finding): boolean {
  return figure <= max && figure >= min
}

/** The most memory that a process has had resident since its start. */
function peakMegabytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kibibytes === undefined) throw new Error(`process ${pid} has ended`)
  return (Number(kibibytes) * 1024) / 1e6
}

/** As {@link peakMegabytes}, seen again and again until the process ends. */
async function peakUntilExit(child: ChildProcess): Promise<number> {
  let peak = 0
  while (child.exitCode === null && child.signalCode === null) {
    try {
      peak = peakMegabytes(child.pid!)
    } catch {
      // It has ended since.
    }
    await delay(10)
  }
  return peak
}
