import type { Readable } from 'node:stream'
import type { Json } from '../json.js'

/** What a handler answers with. */
export interface Answer {
  readonly status: number
  /** Sent as JSON; undefined for an empty body. */
  readonly json?: Json
  /** Sent as it is, under the content type in `headers`; wins over `json`. */
  readonly text?: string
  /** Sent as it comes, under the content type in `headers`; wins over both. */
  readonly stream?: Readable
  readonly headers?: Readonly<Record<string, string>>
}

export function ok(json: Json, headers?: Readonly<Record<string, string>>): Answer {
  return headers === undefined ? { status: 200, json } : { status: 200, json, headers }
}

export const CREATED: Answer = { status: 201 }
export const NO_CONTENT: Answer = { status: 204 }

/** 201 for something new, 204 for something that was there, once it would survive a crash. */
export async function put(result: {
  readonly created: boolean
  readonly durable: Promise<void> | undefined
}): Promise<Answer> {
  await result.durable
  return result.created ? CREATED : NO_CONTENT
}

/** 204 once the change would survive a crash. */
export async function done(durable: Promise<void> | undefined): Promise<Answer> {
  await durable
  return NO_CONTENT
}
