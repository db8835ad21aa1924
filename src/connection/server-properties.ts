import { arch, platform } from 'node:os'
import { type FieldTable, type FieldValue, field } from '../protocol/amqp091/field-table.js'

/** What connection.start says about the server. */
export interface ServerIdentity {
  readonly product: string
  readonly version: string
  readonly rabbitmqVersion: string
  readonly clusterName: string
  /** Further properties; they win over the built-in ones. */
  readonly extra: Readonly<Record<string, string>>
}

/** What RabbitMQ announces that it can do. */
const CAPABILITIES = [
  'authentication_failure_close',
  'basic.nack',
  'connection.blocked',
  'consumer_cancel_notify',
  'consumer_priorities',
  'direct_reply_to',
  'exchange_exchange_bindings',
  'per_consumer_qos',
  'publisher_confirms',
] as const

/** The server properties, sorted by key as RabbitMQ sends them. */
export function serverProperties(identity: ServerIdentity): FieldTable {
  const properties: Record<string, FieldValue> = {
    capabilities: field.table(new Map(CAPABILITIES.map((name) => [name, field.bool(true)]))),
    cluster_name: field.string(identity.clusterName),
    copyright: field.string('Copyright (c) the Leveret authors'),
    information: field.string('Licensed under the Apache License 2.0'),
    platform: field.string(`Node.js ${process.versions.node} on ${platform()} ${arch()}`),
    product: field.string(identity.product),
    rabbitmq_version: field.string(identity.rabbitmqVersion),
    version: field.string(identity.version),
  }
  for (const [key, value] of Object.entries(identity.extra)) properties[key] = field.string(value)
  return new Map(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)))
}
