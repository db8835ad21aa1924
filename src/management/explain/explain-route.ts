import type { DestinationSink } from '../../core/exchange/exchange-matcher.js'
import { RoutedMessage } from '../../core/exchange/routed-message.js'
import { type BasicProperties, makeMessage } from '../../core/message-content.js'
import type { Binding, Destination } from '../../core/topology/binding.js'
import type { Exchange } from '../../core/topology/exchange.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import type { Json, JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'
import { bindingView } from '../views/binding-view.js'
import { mismatchOf } from './mismatch.js'

/** Bindings of one exchange that are told about; the rest are counted. */
export const EXPLAINED_MAX = 500
/** Bindings of one exchange that are looked at one by one. */
const LOOKED_AT_MAX = 20_000
const CHANCE = /random|hash/
const NO_BODY = Buffer.alloc(0)

/** One exchange on the way of a message. */
interface Step {
  readonly exchange: string
  readonly type: string
  /** Exchanges and bindings that led here, outermost first. */
  readonly path: readonly string[]
  readonly matched: Json[]
  readonly unmatched: Json[]
  unmatchedLeftOut: number
  note: string | undefined
}

/**
 * Follows a message through bindings and alternate exchanges as the router does, but looks at every binding by itself,
 * with a matcher of the exchange's own type, so that it can say which let the message pass and why others did not.
 */
export function explainRoute(
  services: ManagementServices,
  start: Exchange,
  routingKey: string,
  properties: BasicProperties,
): JsonObject {
  const message = new RoutedMessage()
  message.reset(makeMessage(start.name, routingKey, properties, NO_BODY, -1))
  const queues = new Map<QueueRecord, string[][]>()
  const seen = new Set<Exchange>([start])
  const waiting: { readonly exchange: Exchange; readonly path: readonly string[] }[] = [
    { exchange: start, path: [] },
  ]
  const steps: JsonObject[] = []
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { exchange, path } = next
    const { step, reached } = explainStep(services, exchange, path, routingKey, message)
    if (reached.length === 0 && exchange.alternate !== undefined) {
      step.note = `Nothing matched, so the message goes to the alternate exchange '${exchange.alternate.name}'.`
      reached.push({ destination: exchange.alternate, label: 'alternate exchange' })
    }
    for (const { destination, label } of reached) {
      const way = [...path, exchange.name, label]
      if (destination.kind === 'queue') {
        queues.set(destination, [...(queues.get(destination) ?? []), way])
      } else if (!seen.has(destination)) {
        seen.add(destination)
        waiting.push({ exchange: destination, path: way })
      }
    }
    steps.push({ ...step, unmatched_left_out: step.unmatchedLeftOut, unmatchedLeftOut: undefined })
  }
  return {
    routed: queues.size > 0,
    queues: [...queues].map(([queue, paths]) => ({ name: queue.name, type: queue.type, paths })),
    steps,
    note:
      queues.size > 0
        ? ''
        : 'The message reaches no queue: it is returned when mandatory, dropped otherwise.',
  }
}

interface Reached {
  readonly destination: Destination
  readonly label: string
}

function explainStep(
  services: ManagementServices,
  exchange: Exchange,
  path: readonly string[],
  routingKey: string,
  message: RoutedMessage,
): { readonly step: Step; readonly reached: Reached[] } {
  const step: Step = {
    exchange: exchange.name,
    type: exchange.type,
    path,
    matched: [],
    unmatched: [],
    unmatchedLeftOut: 0,
    note: undefined,
  }
  const reached: Reached[] = []
  if (exchange.name === '') return { step, reached: explainDefault(exchange, step, routingKey) }
  if (exchange.outgoing.size > LOOKED_AT_MAX) {
    step.note = `The exchange has ${exchange.outgoing.size} bindings; only those that match are shown.`
  }
  const one = new Probe()
  const byChance = CHANCE.test(exchange.type)
  const winners = byChance ? destinationsOf(exchange, routingKey, message) : undefined
  if (byChance)
    step.note =
      'This type of exchange chooses among its bindings. What is shown is the choice for this message now.'
  for (const binding of exchange.outgoing.values()) {
    const matches =
      winners?.has(binding.destination) ?? one.matches(services, exchange, binding, routingKey, message)
    if (matches) {
      step.matched.push(bindingView(binding))
      reached.push({ destination: binding.destination, label: labelOf(binding) })
    } else if (step.unmatched.length < EXPLAINED_MAX && exchange.outgoing.size <= LOOKED_AT_MAX) {
      const reason = byChance
        ? 'another binding was chosen'
        : mismatchOf(exchange.type, binding, routingKey, message.headers)
      step.unmatched.push({ ...bindingView(binding), reason })
    } else {
      step.unmatchedLeftOut += 1
    }
  }
  return { step, reached }
}

/** The default exchange has no bindings to look at: every queue is bound by its name. */
function explainDefault(exchange: Exchange, step: Step, routingKey: string): Reached[] {
  const queue = exchange.vhost.queues.get(routingKey)
  if (queue === undefined) {
    step.note = `The default exchange routes by queue name, and there is no queue '${routingKey}'.`
    return []
  }
  step.note = 'The default exchange routes to the queue whose name is the routing key.'
  return [{ destination: queue, label: routingKey }]
}

function destinationsOf(
  exchange: Exchange,
  routingKey: string,
  message: RoutedMessage,
): ReadonlySet<Destination> {
  const found = new Set<Destination>()
  exchange.matcher.match([routingKey], message, { take: (destination) => found.add(destination) })
  return found
}

/** Tries one binding alone. */
class Probe implements DestinationSink {
  #taken = false

  take(): void {
    this.#taken = true
  }

  matches(
    { doors }: ManagementServices,
    exchange: Exchange,
    binding: Binding,
    routingKey: string,
    message: RoutedMessage,
  ): boolean {
    const matcher = doors.topology.types.createMatcher(exchange.type, exchange.arguments)
    matcher.add(binding)
    this.#taken = false
    matcher.match([routingKey], message, this)
    return this.#taken
  }
}

function labelOf({ routingKey, arguments: args }: Binding): string {
  return args.size === 0 ? routingKey : `${routingKey} (with arguments)`.trim()
}
