import { Agent, get } from 'node:http'

export const POLL_INTERVAL_MS = 1000

/** Asks for every path once in an interval, as a dashboard and a scraper do. */
export class Poller {
  readonly #agent = new Agent({ keepAlive: true })
  readonly #timer: NodeJS.Timeout
  #failure: Error | undefined

  /** `durations` takes how long each answer took, in milliseconds. */
  constructor(
    paths: readonly string[],
    ports: { management: number; prometheus: number },
    durations: number[],
  ) {
    const ask = (): void => {
      for (const path of paths)
        this.#ask(path, path.startsWith('/api') ? ports.management : ports.prometheus, durations)
    }
    this.#timer = setInterval(ask, POLL_INTERVAL_MS)
    ask()
  }

  /** Throws when an answer had another status than 200. */
  stop(): void {
    clearInterval(this.#timer)
    this.#agent.destroy()
    if (this.#failure !== undefined) throw this.#failure
  }

  #ask(path: string, port: number, durations: number[]): void {
    const beganMs = performance.now()
    const request = get(
      { agent: this.#agent, host: '127.0.0.1', port, path, auth: 'guest:guest' },
      (answer) => {
        if (answer.statusCode !== 200)
          this.#failure ??= new Error(`${path} is answered with status ${answer.statusCode}`)
        answer.resume().on('end', () => durations.push(performance.now() - beganMs))
      },
    )
    // The one that is under way at the end is cut off.
    request.on('error', () => {})
  }
}
