/**
 * `npm run conformance [-- --only TOPIC/*]`: runs the conformance kit against a freshly started broker and compares its
 * failures with the table of docs/differences.md. A failed scenario that is not listed there fails the run, and so does
 * a listed one that passes. LEVERET_CONFORMANCE names the kit's folder (../shared/conformance).
 * Exit status: 0 all as listed, 1 not, 2 the kit or the broker did not run.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compare, type KitResult, listedScenarios } from './conformance-differences.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const KIT = resolve(ROOT, process.env.LEVERET_CONFORMANCE ?? '../shared/conformance')
const READY_TIMEOUT_MS = 10_000

process.exitCode = await main(process.argv.slice(2))

async function main(kitArgs: readonly string[]): Promise<number> {
  if (!existsSync(join(KIT, 'run.mjs'))) {
    console.error(`conformance: there is no kit in ${KIT}; LEVERET_CONFORMANCE names its folder`)
    return 2
  }
  const folder = mkdtempSync(join(tmpdir(), 'leveret-conformance-'))
  const broker = startBroker()
  try {
    const ports = await readyPorts(broker)
    const result = runKit(ports, join(folder, 'result.json'), kitArgs)
    return report(result, broker.exitCode ?? undefined)
  } catch (error) {
    console.error(`conformance: ${(error as Error).message}`)
    return 2
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await stopBroker(broker)
  }
}

function startBroker(): ChildProcess {
  const launcher = join(ROOT, 'bin', 'leveret')
  return spawn(process.execPath, [launcher, '--amqp-port', '0', '--log-level', 'error'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // The kit knows node names of RabbitMQ's form apart from other text.
    env: { ...process.env, RABBITMQ_NODENAME: 'rabbit@kit' },
  })
}

/** Where the broker listens. */
interface Ports {
  readonly amqp: number
  readonly http: number
}

/** The ports of the ready line's first AMQP address and of its HTTP API. */
async function readyPorts(broker: ChildProcess): Promise<Ports> {
  let output = ''
  const timeout = AbortSignal.timeout(READY_TIMEOUT_MS)
  for await (const chunk of broker.stdout!.iterator({ destroyOnReturn: false })) {
    output += String(chunk)
    const match = /ready in .*: amqp \S+?:(\d+),.* http \S+?:(\d+)(?:[,\s]|$)/.exec(output)
    if (match !== null) return { amqp: Number(match[1]), http: Number(match[2]) }
    if (timeout.aborted) break
  }
  throw new Error(`the broker printed no ready line, but: ${output || 'nothing'}`)
}

function runKit({ amqp, http }: Ports, resultFile: string, kitArgs: readonly string[]): KitResult {
  const ports = ['--port', String(amqp), '--mgmt', String(http)]
  const args = [join(KIT, 'run.mjs'), ...ports, '--json', resultFile, ...kitArgs]
  const { error } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (error !== undefined) throw error
  if (!existsSync(resultFile)) throw new Error('the kit wrote no result')
  return JSON.parse(readFileSync(resultFile, 'utf8')) as KitResult
}

function report(result: KitResult, brokerStatus: number | undefined): number {
  const listed = listedScenarios(readFileSync(join(ROOT, 'docs', 'differences.md'), 'utf8'))
  const { unlisted, stale, expected } = compare(result, listed)
  for (const id of expected) console.log(`differs as listed: ${id}`)
  for (const id of unlisted) console.log(`FAIL ${id}: fails and is not listed in docs/differences.md`)
  for (const id of stale) console.log(`FAIL ${id}: passes and is still listed in docs/differences.md`)
  if (brokerStatus !== undefined)
    console.log(`FAIL the broker ended during the run with status ${brokerStatus}`)
  const failed = unlisted.length + stale.length + (brokerStatus === undefined ? 0 : 1)
  const passed = result.passed.length + expected.length - stale.length
  console.log(`conformance: ${result.skipped.length} skipped, ${expected.length} differ as listed`)
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

async function stopBroker(broker: ChildProcess): Promise<void> {
  if (broker.exitCode !== null || broker.signalCode !== null) return
  const ended = once(broker, 'exit')
  broker.kill('SIGTERM')
  const backstop = setTimeout(() => broker.kill('SIGKILL'), 10_000)
  await ended
  clearTimeout(backstop)
}
