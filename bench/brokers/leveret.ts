import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrokerKind, RunningBroker, StartOptions } from './broker-under-bench.js'
import { freePort, ServerProcess } from './process.js'

const ROOT = new URL('../../../', import.meta.url)
const READY_LINE = /^leveret (\S+) ready in [\d.]+ ms: amqp \S+?:(\d+)/m

/** The broker of this repository as `npm start` starts it, with more of Node's own options from LEVERET_BENCH_NODE_OPTIONS. */
export const LEVERET: BrokerKind = {
  name: 'leveret',
  start: async ({ folder, withDataDirectory, args: more = [], nodeOptions = [] }) => {
    const given = (process.env.LEVERET_BENCH_NODE_OPTIONS ?? '').split(' ').filter((each) => each !== '')
    const { options, launcher } = startCommand()
    const args = [...options, ...given, ...nodeOptions, launcher, '--amqp-port', '0', ...more]
    if (withDataDirectory) args.push('--data-dir', folder)
    const server = new ServerProcess(process.execPath, args, process.env, folder)
    await server.ready(() => READY_LINE.test(server.output))
    const isOnDisk = readdirSync(folder).length > 0
    const [, version, port] = READY_LINE.exec(server.output) ?? []
    return {
      name: 'leveret',
      version: `${version} on Node ${process.version}, ${isOnDisk ? 'with a data directory' : 'IN MEMORY'}`,
      port: Number(port),
      pid: server.pid,
      stop: () => server.stop(),
    }
  },
}

/** What `npm start` gives to `node`: options of its own and the path of the launcher. */
function startCommand(): { readonly options: readonly string[]; readonly launcher: string } {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
    readonly scripts: { readonly start: string }
  }
  const [node, ...words] = scripts.start.split(' ')
  const launcher = words.pop()
  if (node !== 'node' || launcher === undefined) throw new Error(`not understood: "${scripts.start}"`)
  return { options: words, launcher: fileURLToPath(new URL(launcher, ROOT)) }
}

/** A broker of this repository in a folder of its own, both of which go with {@link end}. */
export interface LeveretAlone {
  readonly broker: RunningBroker
  readonly folder: string
  end(): Promise<void>
}

/** For benchmarks that measure nobody else. */
export async function startAlone(options: Omit<StartOptions, 'folder'>): Promise<LeveretAlone> {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-bench-'))
  const broker = await LEVERET.start({ ...options, folder: mkdtempSync(join(folder, 'broker-')) })
  if (broker === undefined) throw new Error('leveret did not start')
  const end = async (): Promise<void> => {
    await broker.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { broker, folder, end }
}

/** Where the HTTP API and the metrics of a broker are, with the arguments that put them there. */
export interface ApiPorts {
  readonly management: number
  readonly prometheus: number
  readonly args: readonly string[]
}

export async function freeApiPorts(): Promise<ApiPorts> {
  const [management, prometheus] = [await freePort(), await freePort()]
  const args = ['--management-port', `${management}`, '--prometheus-port', `${prometheus}`]
  return { management, prometheus, args }
}
