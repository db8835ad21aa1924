import { CliError } from '../cli-error.js'
import { EXIT, type ExitCode } from '../exit-codes.js'
import { isObject, type Json, textIn } from '../json.js'
import type { HttpAnswer } from './transport.js'

/** The node refused a request. */
export class ApiError extends CliError {
  override readonly name = 'ApiError'
  readonly status: number
  /** `bad_request`, `not_found` and so on. */
  readonly code: string
  /** Undefined when the answer had no body. */
  readonly reason: string | undefined

  constructor(answer: HttpAnswer, request: string) {
    const { error, reason } = parse(answer.body)
    super(exitCodeOf(answer.status), messageOf(answer.status, reason ?? error, request))
    this.status = answer.status
    this.code = error ?? ''
    this.reason = reason
  }
}

/** The same failure with another exit status, or another text. */
export function refusedAs(exitCode: ExitCode, error: ApiError, message?: string): CliError {
  return new CliError(exitCode, message ?? error.message, { cause: error })
}

function parse(body: Buffer): { error?: string; reason?: string } {
  try {
    const value = JSON.parse(body.toString()) as Json
    if (!isObject(value)) return {}
    const { error, reason } = value
    return {
      ...(error === undefined ? {} : { error: textIn(error) }),
      ...(reason === undefined
        ? {}
        : { reason: typeof reason === 'string' ? reason : JSON.stringify(reason) }),
    }
  } catch {
    return {}
  }
}

function exitCodeOf(status: number): ExitCode {
  if (status === 404 || status === 503) return EXIT.unavailable
  return EXIT.software
}

function messageOf(status: number, reason: string | undefined, request: string): string {
  if (status === 404) return reason === undefined || reason === 'Not Found' ? `${request}: not found` : reason
  if (reason === undefined) return `the node answers ${request} with status ${status}`
  return reason.trim()
}
