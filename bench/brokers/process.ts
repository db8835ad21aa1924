import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { connect, createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 30_000

/** A server process that leads a process group of its own. */
export class ServerProcess {
  readonly child: ChildProcess
  output = ''

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv, cwd: string) {
    this.child = spawn(command, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const read = (text: string): void => {
      // What is needed of it comes at the start; a chatty server must not fill memory.
      if (this.output.length < 100_000) this.output += text
    }
    this.child.stdout?.setEncoding('utf8').on('data', read)
    this.child.stderr?.setEncoding('utf8').on('data', read)
    this.child.on('error', (error) => {
      this.output += error.message
    })
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`not started: ${this.output}`)
    return this.child.pid
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** Waits until `isReady`; rejects with what the process said when it ends or takes too long. */
  async ready(isReady: () => boolean | Promise<boolean>): Promise<void> {
    const untilMs = performance.now() + START_TIMEOUT_MS
    while (!(await isReady())) {
      if (this.ended || performance.now() > untilMs) {
        await this.stop()
        throw new Error(`the broker did not start: ${this.output}`)
      }
      await delay(50)
    }
  }

  /** SIGTERM to the group, SIGKILL when that does not help. */
  async stop(): Promise<void> {
    if (this.ended || this.child.pid === undefined) return
    const exited = once(this.child, 'exit')
    signal(this.child.pid, 'SIGTERM')
    const timer = setTimeout(() => signal(this.pid, 'SIGKILL'), STOP_TIMEOUT_MS)
    await exited
    clearTimeout(timer)
  }
}

/** True when an AMQP broker answers on the port. */
export function answersAmqp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(2000, () => end(false))
    socket.on('connect', () => socket.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1')))
    socket.on('data', () => end(true))
    socket.on('error', () => end(false))
    socket.on('close', () => end(false))
  })
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** The path of a program, looked for in `folders` and then in PATH; undefined when it is not installed. */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  return [...folders, ...(process.env.PATH ?? '').split(delimiter)]
    .map((folder) => join(folder, name))
    .find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name)
  } catch {
    // The group has ended already.
  }
}
