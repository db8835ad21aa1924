import { BrokerError } from '../../core/errors.js'
import type { Json } from '../json.js'

/** A request that is answered with an error. `reason` undefined leaves the body empty. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  readonly error: string
  readonly reason: Json | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    error: string,
    reason: Json | undefined,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(typeof reason === 'string' ? reason : error)
    this.status = status
    this.error = error
    this.reason = reason
    this.headers = headers
  }
}

export function badRequest(reason: Json): HttpError {
  return new HttpError(400, 'bad_request', reason)
}

/** The object that the path names is not there. */
export function objectNotFound(): HttpError {
  return new HttpError(404, 'Object Not Found', 'Not Found')
}

/** Something else that the request needs is not there. */
export function notFound(reason: string): HttpError {
  return new HttpError(404, 'not_found', reason)
}

/** Logged in, but not allowed. RabbitMQ has no 403. */
export function notAuthorised(reason: string): HttpError {
  return new HttpError(401, 'not_authorised', reason)
}

/** What a refusal of the broker's doors becomes: RabbitMQ tells the text without the code, and hides who may what. */
export function httpErrorOf(error: BrokerError): HttpError {
  switch (error.reply) {
    case 'NOT_FOUND':
      return notFound(error.explanation)
    case 'ACCESS_REFUSED':
    case 'NOT_ALLOWED':
      return notAuthorised('Access refused.')
    default:
      return badRequest(error.explanation)
  }
}

/** What a refusal becomes where RabbitMQ goes through a channel (publish, get): the whole reply text, with its code. */
export function channelErrorOf(error: unknown): unknown {
  if (!(error instanceof BrokerError)) return error
  return badRequest(`${error.code} ${error.reply} - ${error.explanation}`)
}
