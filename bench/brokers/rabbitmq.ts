import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrokerKind } from './broker-under-bench.js'
import { answersAmqp, findProgram, freePort, ServerProcess } from './process.js'

// Before PATH: Debian's wrapper in /usr/sbin changes the user and drops the environment that keeps us apart.
const FOLDERS = ['/usr/lib/rabbitmq/bin', '/usr/local/sbin', '/opt/rabbitmq/sbin']

/**
 * RabbitMQ with its defaults, without plugins, beside any other one on the machine: ports, node name, folders, cookie
 * and the Erlang port mapper are its own.
 */
export const RABBITMQ: BrokerKind = {
  name: 'rabbitmq',
  start: async ({ folder }) => {
    const program = process.env.RABBITMQ_SERVER ?? findProgram('rabbitmq-server', FOLDERS)
    if (program === undefined) return undefined
    const [port, distPort, mapperPort] = [await freePort(), await freePort(), await freePort()]
    for (const name of ['data', 'log', 'home']) mkdirSync(join(folder, name))
    writeFileSync(join(folder, 'enabled_plugins'), '[].\n')
    writeFileSync(join(folder, 'rabbitmq.conf'), '')
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      HOME: join(folder, 'home'),
      RABBITMQ_NODENAME: `leveret_bench_${process.pid}@localhost`,
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: String(port),
      RABBITMQ_DIST_PORT: String(distPort),
      RABBITMQ_MNESIA_BASE: join(folder, 'data'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
      RABBITMQ_PID_FILE: join(folder, 'pid'),
      ERL_EPMD_PORT: String(mapperPort),
      ERL_EPMD_ADDRESS: '127.0.0.1',
    }
    const server = new ServerProcess(program, [], env, folder)
    // The mapper is a daemon and in no group of ours: it is told to end by its port.
    const stop = async (): Promise<void> => {
      await server.stop()
      stopPortMapper(env)
    }
    try {
      await server.ready(() => answersAmqp(port))
    } catch (error) {
      stopPortMapper(env)
      throw error
    }
    return { name: 'rabbitmq', version: versionIn(server.output, folder), port, pid: server.pid, stop }
  },
}

function stopPortMapper(env: NodeJS.ProcessEnv): void {
  const program = findProgram('epmd')
  if (program === undefined) return
  try {
    execFileSync(program, ['-kill'], { env, stdio: 'ignore' })
  } catch {
    // It refuses while a node is registered, and has ended when none ever was.
  }
}

function versionIn(output: string, folder: string): string {
  const banner = /RabbitMQ (\d[\w.~+-]*)/.exec(output)
  if (banner !== null) return banner[1]
  try {
    const log = readFileSync(join(folder, 'log', `leveret_bench_${process.pid}@localhost.log`), 'utf8')
    return /RabbitMQ (\d[\w.~+-]*)/.exec(log)?.[1] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
