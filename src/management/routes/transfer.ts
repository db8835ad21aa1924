import type { FieldTable, FieldValue, ReadonlyFieldTable } from '../../core/field-table.js'
import { ok } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { booleanIn, textIn } from '../http/body.js'
import { badRequest, objectNotFound } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import { BOOLEAN, INTEGER, objectOf, oneOf, TEXT, TEXT_OR_NULL, TEXTS } from '../schemas/basics.js'
import { type Address, type Fate, type Taken, transferMessages } from '../transfer/transfer-messages.js'

/** Messages that one request may name or move. */
const MESSAGES_MAX = 10_000

export const TRANSFER_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/queues/:vhost/:queue/messages/transfer',
    access: 'management',
    summary:
      'Moves ready messages to another queue or exchange, back to where they were dead-lettered from, or drops them. ' +
      'None is lost on the way',
    body: objectOf(
      { action: oneOf('move', 'send_back', 'dead_letter', 'drop') },
      { positions: TEXTS, count: INTEGER, exchange: TEXT, routing_key: TEXT, to_end: BOOLEAN },
    ),
    answer: objectOf({ moved: INTEGER, failed: INTEGER, reason: TEXT_OR_NULL }),
    handle: transfer,
  },
]

async function transfer(request: ApiRequest) {
  const { services, actor, queue, body } = request
  // Checks what a consumer of the queue needs, which is what this is.
  services.authorizer.check(actor.principal, queue.vhost.name, 'queue', queue.name, 'read')
  if (queue.type === 'stream') throw badRequest('messages of a stream stay where they are')
  if (queue.exclusive) throw objectNotFound()
  const { positions, count = MESSAGES_MAX } = body
  textIn(body, 'routing_key', '')
  booleanIn(body, 'to_end', false)
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1)
    throw badRequest('count is no number')
  const result = await transferMessages(
    services,
    actor,
    queue,
    {
      positions: positions === undefined ? undefined : positionsFrom(positions),
      countMax: Math.min(count, MESSAGES_MAX),
    },
    fateOf(request),
  )
  return ok({ moved: result.moved, failed: result.failed, reason: result.reason ?? null })
}

function positionsFrom(value: unknown): ReadonlySet<number> {
  if (!Array.isArray(value) || value.length > MESSAGES_MAX)
    throw badRequest('positions must be a list of texts')
  return new Set(
    value.map((each) => {
      const position = Number(each)
      if (!Number.isSafeInteger(position) || position < 0)
        throw badRequest('positions must be a list of numbers')
      return position
    }),
  )
}

function fateOf({ body, queue }: ApiRequest): Fate {
  const exchange = textIn(body, 'exchange', '')
  switch (body.action) {
    case 'drop':
      return { kind: 'drop' }
    case 'dead_letter':
      return { kind: 'dead-letter' }
    case 'send_back':
      return { kind: 'publish', address: firstDeathOf }
    case 'move': {
      const routingKey = typeof body.routing_key === 'string' ? body.routing_key : undefined
      // Its own end is a place too, for messages that are named; all of them would go round without end.
      const isToEnd = body.to_end === true && body.positions !== undefined
      if (exchange === '' && (routingKey === undefined || (routingKey === queue.name && !isToEnd))) {
        throw badRequest('routing_key must name another queue')
      }
      return {
        kind: 'publish',
        address: (message) => ({ exchange, routingKey: routingKey ?? message.routingKey }),
      }
    }
    default:
      throw badRequest('action must be move, send_back, dead_letter or drop')
  }
}

/** The queue that the message first died in; it is put there directly, so that no other queue gets it again. */
function firstDeathOf({ properties, routingKey }: Taken): Address {
  const headers = properties.headers ?? (new Map() as FieldTable)
  const queue = textOf(headers.get('x-first-death-queue')) ?? oldestDeathQueue(headers)
  return { exchange: '', routingKey: queue ?? routingKey }
}

/** The entries of `x-death` run from the newest to the oldest. */
function oldestDeathQueue(headers: ReadonlyFieldTable): string | undefined {
  const deaths = headers.get('x-death')
  if (deaths?.tag !== 'A') return undefined
  const oldest = deaths.value.at(-1)
  return oldest?.tag === 'F' ? textOf(oldest.value.get('queue')) : undefined
}

function textOf(field: FieldValue | undefined): string | undefined {
  return field?.tag === 'S' ? field.value.toString() : undefined
}
