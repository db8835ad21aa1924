import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row } from './battery.js'
import { findProgram } from './brokers/process.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const OUR_GENERATOR = join(ROOT, 'bin', 'leveret-perf')
const QUEUE = 'bench'

/** What a generator found in its measured time. Rates per second, latencies in microseconds. */
export interface Measured {
  readonly publishRate: number
  readonly consumeRate: number
  readonly nacked: boolean
  readonly p50: number | undefined
  readonly p99: number | undefined
  /** The greatest latency. */
  readonly max: number | undefined
}

/** A program that loads a broker. */
export interface Generator {
  readonly name: string
  /** From its start to the beginning of what it measures, in seconds. */
  readonly leadSeconds: number
  /** `queue` names the queues of the run, for one that goes on beside another; they are deleted in the end. */
  run(row: Row, port: number, seconds: number, queue?: string): Promise<Measured>
}

/**
 * `amqpload`, built into `folder` from the source that LEVERET_AMQPLOAD names or that lies in ../shared/tools beside the
 * repository, where there is a C compiler; otherwise `leveret-perf`, which costs more of the machine that it shares
 * with the broker.
 */
export function findGenerator(folder: string): Generator {
  const source = process.env.LEVERET_AMQPLOAD ?? join(ROOT, '..', 'shared', 'tools', 'amqpload.c')
  const compiler = findProgram('cc') ?? findProgram('gcc') ?? findProgram('clang')
  if (!existsSync(source) || compiler === undefined) return PERF
  const program = join(folder, 'amqpload')
  execFileSync(compiler, ['-O2', '-pthread', '-o', program, source], { stdio: 'inherit' })
  return amqpload(program)
}

function amqpload(program: string): Generator {
  return {
    name: 'amqpload',
    // 0.2 s for consumers to settle, 1 s of warm-up, and the connections.
    leadSeconds: 1.25,
    run: async (row, port, seconds, queue = QUEUE) => {
      const { publishers, consumers, sizeBytes, queues, ackEvery, prefetch, confirmWindow, rate, durable } =
        row
      const args = [
        '-P',
        port,
        '-x',
        publishers,
        '-y',
        consumers,
        '-s',
        sizeBytes,
        '-z',
        seconds,
        '-n',
        queues,
      ]
      args.push('-a', ackEvery, '-f', prefetch, '-c', confirmWindow, '-r', rate, '-q', queue)
      if (durable) args.push('-p', '-D')
      const found = JSON.parse(await outputOf(program, args.map(String)))
      return {
        publishRate: found.pub_rate,
        consumeRate: found.con_rate,
        nacked: found.nacked,
        p50: found.latency_us?.p50,
        p99: found.latency_us?.p99,
        max: found.latency_us?.max,
      }
    },
  }
}

/** The load generator of this repository. */
export const PERF: Generator = {
  name: 'leveret-perf',
  leadSeconds: 1.4,
  run: async (row, port, seconds, queue = QUEUE) => {
    const { publishers, consumers, sizeBytes, queues, ackEvery, prefetch, confirmWindow, rate, durable } = row
    const args = ['throughput', '-h', `amqp://guest:guest@127.0.0.1:${port}`, '--json', '-i', 0]
    args.push('-x', publishers, '-y', consumers, '-s', sizeBytes, '-z', seconds, '-w', 1, '--queues', queues)
    args.push('-c', confirmWindow, '-r', rate, '-q', prefetch, '-d', queue)
    if (ackEvery === 0) args.push('-a')
    else args.push('-A', ackEvery)
    if (durable) args.push('-f', 'persistent')
    const found = JSON.parse(await outputOf(process.execPath, [OUR_GENERATOR, ...args.map(String)]))
    return {
      publishRate: found.publishRate,
      consumeRate: found.consumeRate,
      nacked: found.nacked > 0,
      p50: found.latency?.p50,
      p99: found.latency?.p99,
      max: found.latency?.max,
    }
  },
}

async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`)
  return output
}
