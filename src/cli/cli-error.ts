import { EXIT, type ExitCode } from './exit-codes.js'

/** A command that came to nothing: what to tell on stderr, and the exit status. */
export class CliError extends Error {
  override readonly name: string = 'CliError'
  readonly exitCode: ExitCode

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** The command was not understood; the usage is shown beside the reason. */
export class UsageError extends CliError {
  override readonly name = 'UsageError'

  constructor(message: string) {
    super(EXIT.usage, message)
  }
}

/** An argument has a value that cannot be. */
export function badValue(message: string): CliError {
  return new CliError(EXIT.data, message)
}
