import { isDeepStrictEqual } from 'node:util'
import type { EmbeddedBroker, IdleOptions } from '../embedding/embedded-broker.js'
import type { PublishedMessage, PublishFilter } from '../embedding/publish-log.js'
import type { QueueView } from '../embedding/queue-view.js'

/** What came of a check: whether it holds, and why (not). */
export interface Checked {
  readonly pass: boolean
  message(): string
}

/** Which message is looked for. `body` is text, octets, or a value that its JSON must equal; headers must be among its own. */
export interface MessageMatch extends PublishFilter {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, unknown>>
  /** How many there are; default at least one. */
  readonly times?: number
}

export function checkPublished(broker: EmbeddedBroker, match: MessageMatch = {}): Checked {
  const { times, ...wanted } = match
  const found = broker.published(wanted).filter((message) => isLike(message, wanted))
  const pass = times === undefined ? found.length > 0 : found.length === times
  return {
    pass,
    message: () =>
      `${found.length} messages like ${JSON.stringify(wanted)} were published, ` +
      `${times === undefined ? 'at least one' : times} expected. Published:\n${listOf(broker.published())}`,
  }
}

export function checkDepth(queue: QueueView, depth: number): Checked {
  const { name, ready, unacked } = queue
  return {
    pass: queue.depth === depth,
    message: () =>
      `queue '${name}' has ${queue.depth} messages (${ready} ready, ${unacked} unacked), ${depth} expected`,
  }
}

/** `bodies` in the order of the queue: text, octets, or values that the JSON must equal. */
export async function checkMessages(queue: QueueView, bodies: readonly unknown[]): Promise<Checked> {
  const messages = await queue.messages()
  const pass = messages.length === bodies.length && messages.every(({ body }, i) => isBody(body, bodies[i]))
  return {
    pass,
    message: () =>
      `queue '${queue.name}' holds ${JSON.stringify(messages.map(({ text }) => text))}, ` +
      `${JSON.stringify(bodies)} expected`,
  }
}

export async function checkIdle(broker: EmbeddedBroker, options: IdleOptions = {}): Promise<Checked> {
  try {
    await broker.idle({ timeoutMs: 1000, ...options })
    return { pass: true, message: () => 'the broker is idle' }
  } catch (error) {
    return { pass: false, message: () => (error as Error).message }
  }
}

function isLike(message: PublishedMessage, { body, headers }: MessageMatch): boolean {
  if (body !== undefined && !isBody(message.body, body)) return false
  return Object.entries(headers ?? {}).every(([name, value]) =>
    isDeepStrictEqual(message.headers[name], value),
  )
}

function isBody(body: Buffer, wanted: unknown): boolean {
  if (typeof wanted === 'string') return body.toString() === wanted
  if (wanted instanceof Uint8Array) return body.equals(wanted)
  try {
    return isDeepStrictEqual(JSON.parse(body.toString()), wanted)
  } catch {
    return false
  }
}

function listOf(messages: readonly PublishedMessage[]): string {
  if (messages.length === 0) return '  nothing'
  return messages
    .slice(-20)
    .map(({ exchange, routingKey, text }) => `  '${exchange}' '${routingKey}' ${text.slice(0, 100)}`)
    .join('\n')
}
