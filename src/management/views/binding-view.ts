import { createHash } from 'node:crypto'
import { canonicalTable } from '../../core/arguments.js'
import { type ReadonlyFieldTable, tableToPlain } from '../../core/field-table.js'
import type { Binding } from '../../core/topology/binding.js'
import type { JsonObject } from '../json.js'

/** Octets of the hash that stands for a binding's arguments; six characters of base64. */
const HASH_OCTETS = 4

export function bindingView(binding: Binding): JsonObject {
  const { source, destination, routingKey, arguments: args } = binding
  return {
    arguments: tableToPlain(args),
    destination: destination.name,
    destination_type: destination.kind,
    properties_key: propertiesKey(routingKey, args),
    routing_key: routingKey,
    source: source.name,
    vhost: source.vhost.name,
  }
}

/** Names one binding between the same two ends: key, `~` for an empty one, `key~hash` when there are arguments. */
export function propertiesKey(routingKey: string, args: ReadonlyFieldTable): string {
  if (args.size === 0) return routingKey === '' ? '~' : formEncoded(routingKey)
  const hash = createHash('sha1').update(canonicalTable(args)).digest().subarray(0, HASH_OCTETS)
  return `${formEncoded(routingKey)}~${hash.toString('base64url')}`
}

/** Percent-encoding as in forms: letters, digits and `-_.` stay, a space is `+`. */
export function formEncoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
