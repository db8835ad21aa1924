import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { BrokerKind } from './broker-under-bench.js'
import { answersAmqp, findProgram, freePort, ServerProcess } from './process.js'

/**
 * LavinMQ with its defaults, when its binary is in PATH or named by LAVINMQ_SERVER. Its listeners for MQTT and metrics,
 * which are on fixed ports and end the server when another has them, are off, and its control socket is its own.
 */
export const LAVINMQ: BrokerKind = {
  name: 'lavinmq',
  start: async ({ folder }) => {
    const program = process.env.LAVINMQ_SERVER ?? findProgram('lavinmq')
    if (program === undefined) return undefined
    const [port, httpPort] = [await freePort(), await freePort()]
    const args = ['-D', folder, '-b', '127.0.0.1', '-p', String(port), '--http-port', String(httpPort)]
    const socket = join(folder, 'lavinmqctl.sock')
    args.push('--mqtt-port=-1', '--metrics-http-port=-1', `--control-unix-path=${socket}`)
    const server = new ServerProcess(program, args, process.env, folder)
    await server.ready(() => answersAmqp(port))
    const version = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim()
    return { name: 'lavinmq', version, port, pid: server.pid, stop: () => server.stop() }
  },
}
