import { Readable } from 'node:stream'
import { tableToPlain } from '../../core/field-table.js'
import { eventFacts } from '../events/event-facts.js'
import type { Answer } from '../http/answer.js'
import type { ApiRequest } from '../http/api-request.js'
import type { Route } from '../http/route.js'

/** Octets that may wait for a listener who does not read; beyond them events are left out, and one line says so. */
const WAITING_BYTES_MAX = 1 << 20

/** Everything that happens, as it happens: what `consume_event_stream` shows. */
export const EVENT_LINE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/events/lines',
    access: 'administrator',
    summary: 'Events as they happen, a JSON object in each line: what amq.rabbitmq.event tells in headers',
    answerType: 'application/x-ndjson',
    handle: eventLines,
  },
]

function eventLines({ services }: ApiRequest): Answer {
  const { events, clock, node } = services
  let missed = 0
  const stream = new Readable({
    read() {},
    destroy(_error, done) {
      stop()
      done(null)
    },
  })
  const say = (line: object): void => {
    stream.push(`${JSON.stringify(line)}\n`)
  }
  const stop = events.onAny((event, facts) => {
    if (stream.readableLength > WAITING_BYTES_MAX) {
      missed += 1
      return
    }
    const timestamp_in_ms = clock.now()
    if (missed > 0) say({ event: 'events.missed', count: missed, timestamp_in_ms })
    missed = 0
    say({ event, ...tableToPlain(eventFacts(event, facts, node.name)), timestamp_in_ms })
  })
  // The head of the answer leaves with its first octet: whoever asked knows from then on that nothing is missed.
  stream.push('\n')
  return {
    status: 200,
    stream,
    headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' },
  }
}
