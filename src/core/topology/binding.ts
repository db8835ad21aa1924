import type { ReadonlyFieldTable } from '../../protocol/amqp091/field-table.js'
import { canonicalTable, counted } from '../arguments.js'
import type { Exchange } from './exchange.js'
import type { QueueRecord } from './queue-record.js'

/** What a binding leads to. */
export type Destination = Exchange | QueueRecord

/** The way from an exchange to a queue or to another exchange. */
export class Binding {
  readonly source: Exchange
  readonly destination: Destination
  readonly routingKey: string
  readonly arguments: ReadonlyFieldTable
  /** Tells the bindings of one source apart: destination, routing key and arguments, these in any order. */
  readonly identity: string

  constructor(source: Exchange, destination: Destination, routingKey: string, args: ReadonlyFieldTable) {
    this.source = source
    this.destination = destination
    this.routingKey = routingKey
    this.arguments = args
    this.identity = bindingIdentity(destination.kind, destination.name, routingKey, args)
  }

  /** Outlives a restart: both ends do. */
  get durable(): boolean {
    return this.source.durable && this.destination.durable
  }
}

export function bindingIdentity(
  destinationKind: 'queue' | 'exchange',
  destination: string,
  routingKey: string,
  args: ReadonlyFieldTable,
): string {
  return `${destinationKind[0]}${counted(destination)}${counted(routingKey)}${canonicalTable(args)}`
}
