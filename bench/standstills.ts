import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Above all that is not real-time. */
const PRIORITY = '50'

/**
 * Watches how long the machine itself stands still, which no program on it can help: the host of a virtual one may stop it.
 * A thread with real-time priority (`chrt`, which only root may use) looks at the clock once a millisecond. It sees the
 * processor that it runs on, and where there is none such, nothing is seen.
 */
export class Standstills {
  readonly #probe: ChildProcess
  #isSeen = true
  #longestMs = 0

  constructor() {
    const probe = fileURLToPath(new URL('./standstill-probe.js', import.meta.url))
    const args = ['--fifo', PRIORITY, process.execPath, probe]
    this.#probe = spawn('chrt', args, { stdio: ['ignore', 'pipe', 'ignore'] })
    const notSeen = (): void => {
      this.#isSeen = false
    }
    this.#probe.on('error', notSeen)
    this.#probe.on('exit', notSeen)
    this.#probe.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#longestMs = Math.max(this.#longestMs, ...text.trim().split('\n').map(Number))
    })
  }

  /** The longest since this was asked last, in milliseconds; undefined when it cannot be seen. */
  take(): number | undefined {
    const longestMs = this.#longestMs
    this.#longestMs = 0
    return this.#isSeen ? longestMs : undefined
  }

  end(): void {
    this.#probe.kill()
  }
}
