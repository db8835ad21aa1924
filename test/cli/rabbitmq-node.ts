import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { cleanUp } from '../support/cleanup.js'
import { until } from '../support/wait.js'
import { temporaryFolder } from './control.js'

/** Debian's wrapper in /usr/sbin changes the user and drops the environment that keeps us apart. */
const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server'
const START_TIMEOUT_MS = 90_000

/** A RabbitMQ with its management plugin: ports, node name, folders, cookie and port mapper are its own. */
export interface RabbitmqNode {
  readonly port: number
  readonly managementPort: number
  readonly amqpUri: string
  readonly httpUri: string
}

/** Skips the test, as `requireTool` does, where RabbitMQ is not installed. */
export async function startRabbitmq(t: TestContext): Promise<RabbitmqNode | undefined> {
  if (!existsSync(PROGRAM)) {
    if (process.env.CI === 'true')
      throw new Error('rabbitmq-server is not installed, and CI=true forbids to skip')
    t.skip('rabbitmq-server is not installed')
    return undefined
  }
  const folder = temporaryFolder(t)
  const [port, managementPort, distributionPort, mapperPort] = await Promise.all([0, 1, 2, 3].map(freePort))
  for (const name of ['data', 'log', 'home']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'enabled_plugins'), '[rabbitmq_management].\n')
  writeFileSync(
    join(folder, 'rabbitmq.conf'),
    `listeners.tcp.1 = 127.0.0.1:${port}\nmanagement.tcp.port = ${managementPort}\nmanagement.tcp.ip = 127.0.0.1\n`,
  )
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: join(folder, 'home'),
    RABBITMQ_NODENAME: `leveret_test_${process.pid}@localhost`,
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: join(folder, 'data'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
  }
  // A group of its own, so that Erlang's helpers end with it.
  const child = spawn(PROGRAM, [], { env, stdio: 'ignore', detached: true })
  const closed = once(child, 'close')
  cleanUp(t, async () => {
    if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
    await closed
    try {
      execFileSync('epmd', ['-kill'], { env, stdio: 'ignore' })
    } catch {
      // It ended by itself.
    }
  })
  const httpUri = `http://guest:guest@127.0.0.1:${managementPort}`
  await until(
    async () => {
      const headers = { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` }
      const answer = await fetch(`http://127.0.0.1:${managementPort}/api/overview`, { headers })
      // The plugin is up before the listener of AMQP.
      return answer.status === 200 && (await listens(port!))
    },
    'RabbitMQ answers',
    START_TIMEOUT_MS,
  )
  return {
    port: port!,
    managementPort: managementPort!,
    amqpUri: `amqp://guest:guest@127.0.0.1:${port}`,
    httpUri,
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
