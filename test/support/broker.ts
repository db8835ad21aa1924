import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { startBroker } from '../../src/broker.js'
import { cleanUp } from './cleanup.js'
import { within } from './wait.js'

/** How the in-process broker is started: its options, but for listeners. */
export type TestBrokerOptions = Omit<NonNullable<Parameters<typeof startBroker>[0]>, 'listeners'>

/** Where a broker under test takes connections. */
export interface TestBroker {
  readonly host: string
  readonly port: number
  /** `amqp://user:password@host:port`, with the default vhost. */
  readonly url: string
  /** True when `LEVERET_TEST_URL` names a broker that runs already, which may be another product. */
  readonly external: boolean
  /** The broker itself, for its internal doors; undefined when it is external. */
  readonly inner: Awaited<ReturnType<typeof startBroker>> | undefined
}

/**
 * Address of a running broker, `amqp://guest:guest@127.0.0.1:5672`: the suites then run against it instead of starting
 * one of ours, which is how the tests themselves are tested.
 */
export const EXTERNAL_URL: string | undefined = process.env.LEVERET_TEST_URL

/** Reason to skip a test of behaviour that a broker other than ours need not have; `false` runs it. */
export const SKIP_IF_EXTERNAL: string | false =
  EXTERNAL_URL === undefined ? false : 'LEVERET_TEST_URL names a broker that may differ'

/** Starts a broker in this process on a free port and stops it after the test. */
export async function startTestBroker(t: TestContext, options: TestBrokerOptions = {}): Promise<TestBroker> {
  if (EXTERNAL_URL !== undefined) {
    const { hostname, port } = new URL(EXTERNAL_URL)
    const address = { host: hostname, port: Number(port || 5672), url: EXTERNAL_URL }
    return { ...address, external: true, inner: undefined }
  }
  const { startBroker } = await import('../../src/broker.js')
  const inner = await startBroker({
    logLevel: 'error',
    ...options,
    listeners: { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] },
  })
  cleanUp(t, () => inner.stop())
  return { host: '127.0.0.1', port: inner.port, url: urlOf(inner.port), external: false, inner }
}

/** A broker in a process of its own. */
export interface SpawnedBroker {
  readonly host: string
  /** Stays the same over restarts. */
  readonly port: number
  readonly url: string
  /** What the current process wrote to stdout and stderr. */
  output(): string
  /** SIGTERM, and waits for the end. Resolves with the exit status, null when a signal ended it. */
  stop(): Promise<number | null>
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>
  /** Starts it again on the same port, after stopping it when it runs. */
  restart(): Promise<void>
}

/** The server's launcher; `LEVERET_TEST_BIN` names another one. */
const LAUNCHER =
  process.env.LEVERET_TEST_BIN ?? fileURLToPath(new URL('../../../bin/leveret', import.meta.url))

const READY_LINE = /^leveret \S+ ready in [\d.]+ ms: amqp \S+?:(\d+)/m

/**
 * With an AMQP port of its own a broker would take the usual ports for HTTP, of which there is one each, and leave a
 * link to its control socket where an operator's tools look.
 */
const OF_ITS_OWN = {
  LEVERET_MANAGEMENT_TCP_PORT: '0',
  LEVERET_PROMETHEUS_TCP_PORT: '0',
  LEVERET_CONTROL_DIR: join(tmpdir(), 'leveret-test-control'),
}

/** Runs `bin/leveret --amqp-port 0` and the given arguments until the test is over. */
export async function spawnBroker(t: TestContext, args: readonly string[] = []): Promise<SpawnedBroker> {
  let server = await launch(0, args)
  const { port } = server
  cleanUp(t, () => end(server, 'SIGKILL'))
  return {
    host: '127.0.0.1',
    port,
    url: urlOf(port),
    output: () => server.output,
    stop: async () => {
      await end(server, 'SIGTERM')
      return server.child.exitCode
    },
    kill: () => end(server, 'SIGKILL'),
    restart: async () => {
      await end(server, 'SIGTERM')
      server = await launch(port, args)
    },
  }
}

interface Server {
  readonly child: ChildProcess
  readonly port: number
  output: string
}

async function launch(port: number, args: readonly string[]): Promise<Server> {
  const child = spawn(process.execPath, [LAUNCHER, '--amqp-port', String(port), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...OF_ITS_OWN, ...process.env },
  })
  const server = { child, port, output: '' }
  const ready = new Promise<number>((resolve, reject) => {
    const read = (text: string): void => {
      server.output += text
      const line = READY_LINE.exec(server.output)
      if (line !== null) resolve(Number(line[1]))
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', read)
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`the broker ended with ${status}: ${server.output}`)))
  })
  try {
    server.port = await within(ready, 'the ready line of the broker')
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
  return server
}

async function end(server: Server, signal: NodeJS.Signals): Promise<void> {
  const { child } = server
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await within(exited, `the end of the broker after ${signal}, which said: ${server.output}`)
}

function urlOf(port: number): string {
  return `amqp://guest:guest@127.0.0.1:${port}`
}
