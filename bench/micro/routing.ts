import { DIRECT_EXCHANGE } from '../../src/core/exchange/direct-exchange.js'
import type {
  DestinationSink,
  ExchangeMatcher,
  ExchangeType,
} from '../../src/core/exchange/exchange-matcher.js'
import { HEADERS_EXCHANGE } from '../../src/core/exchange/headers-exchange.js'
import { RoutedMessage } from '../../src/core/exchange/routed-message.js'
import { TOPIC_EXCHANGE } from '../../src/core/exchange/topic-exchange.js'
import { Binding } from '../../src/core/topology/binding.js'
import type { Exchange } from '../../src/core/topology/exchange.js'
import type { QueueRecord } from '../../src/core/topology/queue-record.js'
import { type FieldTable, field } from '../../src/protocol/amqp091/field-table.js'
import { messageOf } from '../../test/support/shard-fixture.js'
import type { Stage } from './stage.js'

const COUNT = 2000
const NO_ARGUMENTS: FieldTable = new Map()

/** Matching alone, without the caches that remember routes: what a new key costs, and every message by headers. */
export function routingStages(): Stage[] {
  return [
    matching(
      'route, direct, 1,000 bindings',
      DIRECT_EXCHANGE,
      1000,
      (i) => [`key.${i}`, NO_ARGUMENTS],
      'key.500',
    ),
    ...[10, 1000, 100_000].map((bindings) =>
      matching(
        `route, topic, ${bindings.toLocaleString('en')} bindings`,
        TOPIC_EXCHANGE,
        bindings,
        topicBinding,
        'stock.nyse.7.price',
      ),
    ),
    ...[10, 1000].map((bindings) =>
      matching(
        `route, headers, ${bindings.toLocaleString('en')} bindings`,
        HEADERS_EXCHANGE,
        bindings,
        headersBinding,
        '',
      ),
    ),
  ]
}

/** A tenth of the patterns has a wildcard in the middle and a tenth one at the end; one matches the key. */
function topicBinding(i: number): [string, FieldTable] {
  if (i % 10 === 0) return [`stock.*.${i + 7}.price`, NO_ARGUMENTS]
  if (i % 10 === 1) return [`other.${i}.#`, NO_ARGUMENTS]
  return [`stock.nyse.${i + 1000}.price`, NO_ARGUMENTS]
}

function headersBinding(i: number): [string, FieldTable] {
  return [
    '',
    new Map([
      ['x-match', field.string('all')],
      ['kind', field.string('order')],
      ['region', field.string(`r${i}`)],
    ]),
  ]
}

function matching(
  name: string,
  type: ExchangeType,
  bindings: number,
  bindingOf: (i: number) => [string, FieldTable],
  key: string,
): Stage {
  const matcher: ExchangeMatcher = type.createMatcher(NO_ARGUMENTS, Math.random)
  const source = { kind: 'exchange', name: 'x' } as Exchange
  for (let i = 0; i < bindings; i++) {
    const destination = { kind: 'queue', id: i, name: `q${i}` } as QueueRecord
    matcher.add(new Binding(source, destination, ...bindingOf(i)))
  }
  const headers: FieldTable = new Map([
    ['kind', field.string('order')],
    ['region', field.string('r7')],
  ])
  const view = messageOf('', { properties: type === HEADERS_EXCHANGE ? { headers } : {} })
  const message = new RoutedMessage()
  const keys = [key]
  const sink = new CountingSink()
  matcher.match(keys, withView(message, view), sink)
  if (sink.found === 0) throw new Error(`${name}: nothing matches`)
  return {
    name,
    count: COUNT,
    run: () => {
      for (let i = 0; i < COUNT; i++) matcher.match(keys, withView(message, view), sink)
    },
  }
}

function withView(message: RoutedMessage, view: ReturnType<typeof messageOf>): RoutedMessage {
  message.reset(view)
  return message
}

class CountingSink implements DestinationSink {
  found = 0
  take(): void {
    this.found++
  }
}
