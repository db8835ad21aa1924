import type { FieldValue, ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { canonicalTable, counted } from '../arguments.js'
import { fieldTerm, fieldTypeName } from '../erlang-text.js'
import { BrokerError } from '../errors.js'
import type { Binding, Destination } from '../topology/binding.js'
import type { DestinationSink, ExchangeMatcher, ExchangeType } from './exchange-matcher.js'
import type { RoutedMessage } from './routed-message.js'

/** `headers`: the binding's arguments are compared with the message's headers; `x-match` says how many must agree. */
export const HEADERS_EXCHANGE: ExchangeType = {
  name: 'headers',
  description: 'AMQP headers exchange, as per the AMQP specification',
  checkBinding: (_destination: Destination, _routingKey: string, args: ReadonlyFieldTable): void =>
    checkMatchArgument(args),
  createMatcher: () => new HeadersMatcher(),
}

/** The `-with-x` ones look at headers that begin with `x-` too. */
const MATCH_KINDS = ['all', 'any', 'all-with-x', 'any-with-x']

function checkMatchArgument(args: ReadonlyFieldTable): void {
  const match = args.get('x-match')
  if (match === undefined) return
  if (match.tag !== 'S') {
    const type = fieldTypeName(match)
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `Invalid x-match field type ${type} (value ${fieldTerm(match)}); expected longstr`,
    )
  }
  if (!MATCH_KINDS.includes(match.value.toString())) {
    throw new BrokerError(
      'PRECONDITION_FAILED',
      `Invalid x-match field value ${fieldTerm(match)}; expected all, any, all-with-x, or any-with-x`,
    )
  }
}

/** What a binding asks of one header. */
interface Demand {
  readonly name: string
  /** The value's {@link comparable}; `undefined` asks for the header's presence only. */
  readonly value: string | undefined
}

interface Entry {
  readonly binding: Binding
  readonly demands: readonly Demand[]
  /** All demands must be met; otherwise any one of them. */
  readonly all: boolean
  /** The demands under which the entry lies in the index. */
  readonly indexed: readonly Demand[]
}

/**
 * Bindings indexed by what they ask for. One of `any` lies under each of its demands. One of `all` lies under the one
 * demand that the fewest others make, and is compared whole only for messages that meet it: a message costs as much as
 * it has headers, and as there are bindings whose rarest demand it meets.
 */
export class HeadersMatcher implements ExchangeMatcher {
  readonly byKeyAlone = false
  private readonly entries = new Map<Binding, Entry>()
  /** Entries of `all` without demands, which match every message. */
  private readonly undemanding = new Set<Entry>()
  private readonly byDemand = new Map<string, Set<Entry>>()
  /** How many bindings make a demand, indexed by it or not. */
  private readonly mentions = new Map<string, number>()

  add(binding: Binding): void {
    const entry = this.entryFor(binding)
    this.entries.set(binding, entry)
    if (entry.all && entry.demands.length === 0) this.undemanding.add(entry)
    for (const demand of entry.demands) this.mention(demandKey(demand), 1)
    for (const demand of entry.indexed) {
      const key = demandKey(demand)
      const others = this.byDemand.get(key)
      if (others === undefined) this.byDemand.set(key, new Set([entry]))
      else others.add(entry)
    }
  }

  remove(binding: Binding): void {
    const entry = this.entries.get(binding)
    if (entry === undefined) return
    this.entries.delete(binding)
    this.undemanding.delete(entry)
    for (const demand of entry.demands) this.mention(demandKey(demand), -1)
    for (const demand of entry.indexed) {
      const key = demandKey(demand)
      const others = this.byDemand.get(key)
      others?.delete(entry)
      if (others?.size === 0) this.byDemand.delete(key)
    }
  }

  match(_routingKeys: readonly string[], message: RoutedMessage, out: DestinationSink): void {
    for (const entry of this.undemanding) out.take(entry.binding.destination)
    if (this.byDemand.size === 0) return
    const headers = comparableHeaders(message.headers)
    for (const [name, value] of headers) {
      this.takeMeeting({ name, value: undefined }, headers, out)
      this.takeMeeting({ name, value }, headers, out)
    }
  }

  private takeMeeting(demand: Demand, headers: ReadonlyMap<string, string>, out: DestinationSink): void {
    const entries = this.byDemand.get(demandKey(demand))
    if (entries === undefined) return
    for (const entry of entries) {
      if (!entry.all || meetsAll(headers, entry.demands)) out.take(entry.binding.destination)
    }
  }

  private entryFor(binding: Binding): Entry {
    const match = binding.arguments.get('x-match')
    const kind = match?.tag === 'S' ? match.value.toString() : 'all'
    const all = kind.startsWith('all')
    const demands = demandsOf(binding.arguments, kind.endsWith('-with-x'))
    return { binding, demands, all, indexed: all ? this.rarest(demands) : demands }
  }

  private rarest(demands: readonly Demand[]): readonly Demand[] {
    if (demands.length < 2) return demands
    const count = (demand: Demand): number => this.mentions.get(demandKey(demand)) ?? 0
    return [demands.reduce((best, demand) => (count(demand) < count(best) ? demand : best))]
  }

  private mention(key: string, by: 1 | -1): void {
    const count = (this.mentions.get(key) ?? 0) + by
    if (count === 0) this.mentions.delete(key)
    else this.mentions.set(key, count)
  }
}

function demandsOf(args: ReadonlyFieldTable, withX: boolean): Demand[] {
  const demands: Demand[] = []
  for (const [name, field] of args) {
    if (name === 'x-match' || (!withX && name.startsWith('x-'))) continue
    demands.push({ name, value: field.tag === 'V' ? undefined : comparable(field) })
  }
  return demands
}

function meetsAll(headers: ReadonlyMap<string, string>, demands: readonly Demand[]): boolean {
  for (const { name, value } of demands) {
    const header = headers.get(name)
    if (header === undefined || (value !== undefined && header !== value)) return false
  }
  return true
}

function demandKey({ name, value }: Demand): string {
  return value === undefined ? name : `${counted(name)}${value}`
}

function comparableHeaders(headers: ReadonlyFieldTable): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, field] of headers) values.set(name, comparable(field))
  return values
}

/**
 * One text for all values that count as equal: integers of whatever width, floats of either width, and otherwise the
 * same type and value. 1 is not 1.0, and text is never a number.
 */
function comparable(field: FieldValue): string {
  switch (field.tag) {
    case 'b':
    case 'B':
    case 's':
    case 'u':
    case 'I':
    case 'i':
    case 'l':
    case 'L':
      return `=i${field.value}`
    case 'f':
    case 'd':
      return `=f${field.value}`
    case 'S':
      return typeof field.value === 'string' ? `=S${field.value}` : `=O${field.value.toString('latin1')}`
    default:
      return `=${canonicalTable(new Map([['', field]]))}`
  }
}
