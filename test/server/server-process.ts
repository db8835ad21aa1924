import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cleanUp } from '../support/cleanup.js'

/** The links to servers' control sockets go here rather than to where an operator's tools look. */
const CONTROL_FOLDER = join(tmpdir(), 'leveret-test-control')
const LAUNCHER = fileURLToPath(new URL('../../../bin/leveret', import.meta.url))

/** How a process ended, and what it wrote. */
export interface Outcome {
  /** Null when a signal ended it. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `bin/leveret` as a process of its own, killed at the end of the test if it still runs. */
export class ServerProcess {
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  #stdout = ''
  #stderr = ''

  constructor(t: TestContext, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    // Settings of whoever runs the tests must not reach the server.
    const inherited = Object.entries(process.env).filter(([name]) => !/^(LEVERET|RABBITMQ)_/.test(name))
    this.#child = spawn(process.execPath, [LAUNCHER, ...args], {
      env: { ...Object.fromEntries(inherited), LEVERET_CONTROL_DIR: CONTROL_FOLDER, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text
    })
    this.#closed = once(this.#child, 'close')
    cleanUp(t, async () => {
      this.#child.kill('SIGKILL')
      await this.#closed
    })
  }

  /** Resolves with the first line of stdout, once it is whole. Fails when the process ends without one. */
  async firstLine(): Promise<string> {
    while (!this.#stdout.includes('\n')) {
      const ended = this.#closed.then(() => true)
      const wrote = once(this.#child.stdout!, 'data').then(() => false)
      if (await Promise.race([ended, wrote])) throw new Error(`no line on stdout; stderr: ${this.#stderr}`)
    }
    return this.#stdout.slice(0, this.#stdout.indexOf('\n'))
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** Resolves when the process has ended and its output is read. */
  async outcome(): Promise<Outcome> {
    await this.#closed
    return { status: this.#child.exitCode, stdout: this.#stdout, stderr: this.#stderr }
  }
}
