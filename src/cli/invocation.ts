import type { Api } from './api/api.js'
import { UsageError } from './cli-error.js'
import type { Command } from './command.js'
import type { OfflineTools } from './commands/offline.js'
import type { Io } from './io.js'
import type { OutputForm } from './output/format.js'

/** One call of a command: what was typed, and the way to the node. */
export class Invocation {
  readonly command: Command
  readonly args: readonly string[]
  readonly vhost: string
  readonly api: Api
  readonly io: Io
  readonly form: OutputForm
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Loads what reads data directories. */
  readonly loadOffline: (() => Promise<OfflineTools>) | undefined
  readonly #options: ReadonlyMap<string, string | true>

  constructor(
    parts: Pick<Invocation, 'command' | 'args' | 'api' | 'io' | 'form' | 'environment'> &
      Partial<Pick<Invocation, 'loadOffline'>>,
    options: ReadonlyMap<string, string | true>,
  ) {
    this.command = parts.command
    this.args = parts.args
    this.api = parts.api
    this.io = parts.io
    this.form = parts.form
    this.environment = parts.environment
    this.loadOffline = parts.loadOffline
    this.#options = options
    this.vhost = this.text('vhost') ?? parts.environment.RABBITMQADMIN_TARGET_VHOST ?? '/'
  }

  /** A positional argument that the declaration of the command promises. */
  arg(position: number): string {
    const value = this.args[position]
    if (value === undefined) throw new UsageError('Not enough arguments')
    return value
  }

  /** The value of an option; undefined when it is not given. */
  text(option: string): string | undefined {
    const value = this.#options.get(option)
    return value === true ? undefined : value
  }

  flag(option: string): boolean {
    return this.#options.has(option)
  }

  number(option: string): number | undefined {
    const value = this.text(option)
    return value === undefined ? undefined : Number(value)
  }

  /** Seconds given with --timeout. */
  timeoutSeconds(fallback: number): number {
    const value = this.text('timeout')
    return value === undefined ? fallback : value === 'infinity' ? Number.POSITIVE_INFINITY : Number(value)
  }
}
