import { Settlement } from '../../core/shard-port.js'
import { ok } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import { integerIn, requireKeys, textIn } from '../http/body.js'
import { badRequest, channelErrorOf, notFound } from '../http/http-error.js'
import type { Route } from '../http/route.js'
import { peekQueryOf } from '../peek/peek-query.js'
import { peekQueue } from '../peek/peek-queue.js'
import { INTEGER, listOf, objectOf, TEXT } from '../schemas/basics.js'
import { MESSAGE_PAGE, TAKEN_MESSAGE } from '../schemas/message.js'
import { type PayloadEncoding, payloadView, propertiesView } from '../views/message-view.js'

const ACK_MODES: Readonly<Record<string, Settlement>> = {
  ack_requeue_true: Settlement.REQUEUE_FAILED,
  ack_requeue_false: Settlement.ACK,
  reject_requeue_true: Settlement.REQUEUE_FAILED,
  reject_requeue_false: Settlement.DEAD_LETTER,
}

export const MESSAGE_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/queues/:vhost/:queue/get',
    access: 'management',
    summary: 'Takes messages from a queue and settles them',
    body: objectOf({ count: INTEGER, ackmode: TEXT, encoding: TEXT }, { truncate: INTEGER }),
    answer: listOf(TAKEN_MESSAGE),
    handle: get,
  },
  {
    method: 'GET',
    path: '/queues/:vhost/:queue/messages',
    access: 'management',
    summary: 'Pages through the messages of a queue, ready and unacknowledged, and leaves them untouched',
    query: [
      'cursor',
      'count',
      'state',
      'encoding',
      'truncate',
      'routing_key',
      'header.NAME',
      'property.NAME',
      'body',
      'min_age_ms',
      'max_age_ms',
    ],
    answer: MESSAGE_PAGE,
    handle: async (request) => {
      const { services, actor, queue, query } = request
      return ok(await peekQueue(services, actor, queue, peekQueryOf(query)))
    },
  },
]

function get(request: ApiRequest) {
  const { services, actor, body } = request
  const vhost = request.vhostToWrite
  const name = request.param('queue')
  requireKeys(body, 'count', 'ackmode', 'encoding')
  const count = integerIn(body, 'count')
  const ackMode = textIn(body, 'ackmode', '')
  const outcome = Object.hasOwn(ACK_MODES, ackMode) ? ACK_MODES[ackMode] : undefined
  if (outcome === undefined) {
    const valid = Object.keys(ACK_MODES).join(', ')
    throw badRequest(`Invalid ackmode value: ${ackMode}. Valid values are: ${valid}`)
  }
  const encoding = encodingOf(textIn(body, 'encoding', ''))
  const truncate = body.truncate === undefined ? Number.POSITIVE_INFINITY : integerIn(body, 'truncate')
  if (!vhost.queues.has(name)) throw notFound('queue_not_found')
  try {
    const messages = services.doors.getMessages(actor, vhost.name, name, count, outcome)
    return ok(
      messages.map((message) => ({
        exchange: message.exchange,
        message_count: message.readyLeft,
        ...payloadView(message.body, encoding, truncate),
        properties: propertiesView(message.properties),
        redelivered: message.redelivered,
        routing_key: message.routingKey,
      })),
    )
  } catch (error) {
    throw channelErrorOf(error)
  }
}

export function encodingOf(text: string): PayloadEncoding {
  if (text === 'auto' || text === 'base64') return text
  throw badRequest(['unsupported_encoding', text])
}
