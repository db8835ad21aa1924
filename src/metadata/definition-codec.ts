import type { DefinitionChange } from '../core/definition-log.js'
import {
  isParameterObject,
  type ParameterObject,
  type ParameterValue,
} from '../core/policy/parameter-value.js'
import { APPLY_TO, type PolicyDefinition } from '../core/policy/policy.js'
import { tableFromJson, tableToJson } from './field-table-json.js'

type Kind = DefinitionChange['kind']
/** The members of the union, told apart by kind. */
type ChangeOf<K extends Kind, C = DefinitionChange> = C extends { readonly kind: infer Kinds }
  ? K extends Kinds
    ? C
    : never
  : never
type Reader<T> = (json: unknown) => T
/** How each member of a change or of a part of it is read from JSON. */
type Shape<T> = { readonly [Member in Exclude<keyof T, 'kind'>]-?: Reader<T[Member]> }
type Members = { readonly [name: string]: unknown }

const QUEUE_TYPES = ['classic', 'quorum', 'stream'] as const
const DESTINATION_KINDS = ['queue', 'exchange'] as const

const BINDING: Shape<ChangeOf<'binding-put'>> = {
  vhost: text,
  source: text,
  destinationKind: oneOf(DESTINATION_KINDS),
  destination: text,
  routingKey: text,
  arguments: tableFromJson,
}
const POLICY: Shape<ChangeOf<'policy-put'>> = {
  vhost: text,
  policy: record<PolicyDefinition>({
    name: text,
    pattern: text,
    definition: object,
    priority: integer,
    applyTo: oneOf(APPLY_TO),
  }),
}

/** Every kind of change: one that is added to the union has to be added here. */
const SHAPES: { readonly [K in Kind]: Shape<ChangeOf<K>> } = {
  'vhost-put': {
    vhost: text,
    metadata: record<ChangeOf<'vhost-put'>['metadata']>({
      description: text,
      tags: list(text),
      defaultQueueType: optional(oneOf(QUEUE_TYPES)),
      protectedFromDeletion: flag,
    }),
    maker: optional(text),
  },
  'vhost-delete': { vhost: text },
  'vhost-limits-put': { vhost: text, limits: counts(['maxConnections', 'maxQueues']) },
  'exchange-put': {
    vhost: text,
    name: text,
    type: text,
    autoDelete: flag,
    internal: flag,
    arguments: tableFromJson,
    maker: optional(text),
  },
  'exchange-delete': { vhost: text, name: text },
  'queue-put': {
    vhost: text,
    name: text,
    id: integer,
    type: oneOf(QUEUE_TYPES),
    autoDelete: flag,
    arguments: tableFromJson,
    maker: optional(text),
  },
  'queue-delete': { vhost: text, name: text, id: integer },
  'queue-id-floor': { floor: integer },
  'binding-put': BINDING,
  'binding-delete': BINDING,
  'policy-put': POLICY,
  'operator-policy-put': POLICY,
  'policy-delete': { vhost: text, name: text },
  'operator-policy-delete': { vhost: text, name: text },
  'parameter-put': { vhost: text, component: text, name: text, value: parameter },
  'parameter-delete': { vhost: text, component: text, name: text },
  'global-parameter-put': { name: text, value: parameter },
  'global-parameter-delete': { name: text },
  'user-put': {
    name: text,
    passwordHash: optional(object),
    tags: list(text),
    limits: counts(['maxConnections', 'maxChannels']),
  },
  'user-delete': { name: text },
  'permission-put': { user: text, vhost: text, configure: text, write: text, read: text },
  'permission-delete': { user: text, vhost: text },
  'topic-permission-put': { user: text, vhost: text, exchange: text, write: text, read: text },
  'topic-permission-delete': { user: text, vhost: text, exchange: text },
}

/** A change as JSON: its members by their names, field tables as {@link tableToJson} has them. */
export function encodeChange(change: DefinitionChange): string {
  if (!('arguments' in change)) return JSON.stringify(change)
  return JSON.stringify({ ...change, arguments: tableToJson(change.arguments) })
}

/** Throws a TypeError for JSON that no release up to this one has written. */
export function decodeChange(json: unknown): DefinitionChange {
  const kind = text(object(json).kind) as Kind
  if (!Object.hasOwn(SHAPES, kind)) throw new TypeError(`unknown kind of change '${kind}'`)
  const read = record(SHAPES[kind] as Shape<Members>)
  return { kind, ...read(json) } as DefinitionChange
}

function text(json: unknown): string {
  if (typeof json !== 'string') throw unexpected('a text', json)
  return json
}

function flag(json: unknown): boolean {
  if (typeof json !== 'boolean') throw unexpected('a boolean', json)
  return json
}

function integer(json: unknown): number {
  if (!Number.isSafeInteger(json)) throw unexpected('an integer', json)
  return json as number
}

/** JSON is what parameters hold. */
function parameter(json: unknown): ParameterValue {
  if (json === undefined) throw unexpected('a value', json)
  return json as ParameterValue
}

function object(json: unknown): ParameterObject {
  const value = json as ParameterValue | undefined
  if (!isParameterObject(value)) throw unexpected('an object', json)
  return value
}

function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (json) => (json === undefined ? undefined : read(json))
}

function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (json) => {
    if (!Array.isArray(json)) throw unexpected('a list', json)
    return json.map(read)
  }
}

function oneOf<T extends string>(values: readonly T[]): Reader<T> {
  return (json) => {
    const found = values.find((value) => value === json)
    if (found === undefined) throw unexpected(`one of ${values.join(', ')}`, json)
    return found
  }
}

/** Integers by name, those that are there. */
function counts<N extends string>(names: readonly N[]): Reader<{ readonly [Name in N]?: number }> {
  return (json) => {
    const members = object(json)
    const present = names.filter((name) => members[name] !== undefined)
    return Object.fromEntries(present.map((name) => [name, integer(members[name])])) as {
      [Name in N]?: number
    }
  }
}

function record<T>(shape: Shape<T>): Reader<T> {
  const readers = Object.entries(shape) as [string, Reader<unknown>][]
  return (json) => {
    const members = object(json)
    return Object.fromEntries(readers.map(([name, read]) => [name, read(members[name])])) as T
  }
}

function unexpected(what: string, json: unknown): TypeError {
  return new TypeError(`expected ${what}, found ${JSON.stringify(json)}`)
}
