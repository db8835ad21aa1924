import { path } from '../api/api.js'
import { UsageError } from '../cli-error.js'
import type { Json, JsonObject } from '../json.js'
import { parsedJson } from './values.js'

/** A field of what rabbitmqadmin declares or deletes. */
export interface AdminField {
  readonly name: string
  readonly isRequired?: boolean
  readonly kind?: 'text' | 'boolean' | 'integer' | 'json' | 'words'
  readonly fallback?: Json
}

export interface AdminRequest {
  readonly method: 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: JsonObject
}

/** What rabbitmqadmin calls an object: how it is declared and deleted. */
export interface AdminObject {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly declareFields?: readonly AdminField[]
  declare?(fields: JsonObject, vhost: string): AdminRequest
  readonly deleteFields?: readonly AdminField[]
  delete?(fields: JsonObject, vhost: string): AdminRequest
}

const required = (name: string, kind: AdminField['kind'] = 'text'): AdminField => ({
  name,
  kind,
  isRequired: true,
})
const optional = (name: string, kind: AdminField['kind'] = 'text', fallback?: Json): AdminField =>
  fallback === undefined ? { name, kind } : { name, kind, fallback }
const t = (value: Json | undefined) => String(value ?? '')
const inName = (name: string) => (name === '' ? 'amq.default' : name)
const NAME = [required('name')]

export const ADMIN_OBJECTS: readonly AdminObject[] = [
  {
    name: 'queue',
    declareFields: [
      ...NAME,
      optional('type'),
      optional('queue_type'),
      optional('durable', 'boolean', true),
      optional('auto_delete', 'boolean', false),
      optional('arguments', 'json', {}),
      optional('node'),
    ],
    declare: ({ name, type, queue_type, arguments: args, ...rest }, vhost) => ({
      method: 'PUT',
      path: path`/queues/${vhost}/${t(name)}`,
      body: { ...rest, arguments: withType(args, type ?? queue_type) },
    }),
    deleteFields: NAME,
    delete: ({ name }, vhost) => ({ method: 'DELETE', path: path`/queues/${vhost}/${t(name)}` }),
  },
  {
    name: 'stream',
    declareFields: [
      ...NAME,
      optional('expiration'),
      optional('max_length_bytes', 'integer'),
      optional('max_segment_length_bytes', 'integer'),
      optional('arguments', 'json', {}),
    ],
    declare: ({ name, expiration, max_length_bytes, max_segment_length_bytes, arguments: args }, vhost) => ({
      method: 'PUT',
      path: path`/queues/${vhost}/${t(name)}`,
      body: {
        durable: true,
        arguments: {
          ...withType(args, 'stream'),
          ...(expiration === undefined ? {} : { 'x-max-age': expiration }),
          ...(max_length_bytes === undefined ? {} : { 'x-max-length-bytes': max_length_bytes }),
          ...(max_segment_length_bytes === undefined
            ? {}
            : { 'x-stream-max-segment-size-bytes': max_segment_length_bytes }),
        },
      },
    }),
    deleteFields: NAME,
    delete: ({ name }, vhost) => ({ method: 'DELETE', path: path`/queues/${vhost}/${t(name)}` }),
  },
  {
    name: 'exchange',
    declareFields: [
      ...NAME,
      optional('type', 'text', 'direct'),
      optional('durable', 'boolean', true),
      optional('auto_delete', 'boolean', false),
      optional('internal', 'boolean', false),
      optional('arguments', 'json', {}),
    ],
    declare: ({ name, ...body }, vhost) => ({
      method: 'PUT',
      path: path`/exchanges/${vhost}/${t(name)}`,
      body,
    }),
    deleteFields: NAME,
    delete: ({ name }, vhost) => ({ method: 'DELETE', path: path`/exchanges/${vhost}/${t(name)}` }),
  },
  {
    name: 'binding',
    declareFields: [
      required('source'),
      required('destination'),
      optional('destination_type', 'text', 'queue'),
      optional('routing_key', 'text', ''),
      optional('arguments', 'json', {}),
    ],
    declare: ({ source, destination, destination_type, ...body }, vhost) => ({
      method: 'POST',
      path: path`/bindings/${vhost}/e/${inName(t(source))}/${t(destination_type)[0] ?? 'q'}/${t(destination)}`,
      body,
    }),
    deleteFields: [
      required('source'),
      required('destination'),
      optional('destination_type', 'text', 'queue'),
      optional('properties_key', 'text', '~'),
      optional('routing_key'),
    ],
    delete: ({ source, destination, destination_type, properties_key, routing_key }, vhost) => ({
      method: 'DELETE',
      path: path`/bindings/${vhost}/e/${inName(t(source))}/${t(destination_type)[0] ?? 'q'}/${t(destination)}/${t(routing_key ?? properties_key)}`,
    }),
  },
  {
    name: 'vhost',
    declareFields: [
      ...NAME,
      optional('description'),
      optional('tags'),
      optional('default_queue_type'),
      optional('tracing', 'boolean'),
    ],
    declare: ({ name, ...body }) => ({ method: 'PUT', path: path`/vhosts/${t(name)}`, body }),
    deleteFields: NAME,
    delete: ({ name }) => ({ method: 'DELETE', path: path`/vhosts/${t(name)}` }),
  },
  {
    name: 'user',
    declareFields: [
      ...NAME,
      optional('password'),
      optional('password_hash'),
      optional('hashing_algorithm'),
      optional('tags', 'text', ''),
    ],
    declare: ({ name, ...body }) => ({ method: 'PUT', path: path`/users/${t(name)}`, body }),
    deleteFields: NAME,
    delete: ({ name }) => ({ method: 'DELETE', path: path`/users/${t(name)}` }),
  },
  {
    name: 'permission',
    aliases: ['permissions'],
    declareFields: [required('user'), required('configure'), required('write'), required('read')],
    declare: ({ user, ...body }, vhost) => ({
      method: 'PUT',
      path: path`/permissions/${vhost}/${t(user)}`,
      body,
    }),
    deleteFields: [required('user')],
    delete: ({ user }, vhost) => ({ method: 'DELETE', path: path`/permissions/${vhost}/${t(user)}` }),
  },
  {
    name: 'parameter',
    declareFields: [required('component'), required('name'), required('value', 'json')],
    declare: ({ component, name, value }, vhost) => ({
      method: 'PUT',
      path: path`/parameters/${t(component)}/${vhost}/${t(name)}`,
      body: { component: component!, name: name!, value: value!, vhost },
    }),
    deleteFields: [required('component'), required('name')],
    delete: ({ component, name }, vhost) => ({
      method: 'DELETE',
      path: path`/parameters/${t(component)}/${vhost}/${t(name)}`,
    }),
  },
  policy('policy', 'policies'),
  policy('operator_policy', 'operator-policies'),
  {
    name: 'vhost_limit',
    aliases: ['vhost_limits'],
    declareFields: [required('name'), required('value', 'integer')],
    declare: ({ name, value }, vhost) => ({
      method: 'PUT',
      path: path`/vhost-limits/${vhost}/${t(name)}`,
      body: { value: value! },
    }),
    deleteFields: NAME,
    delete: ({ name }, vhost) => ({ method: 'DELETE', path: path`/vhost-limits/${vhost}/${t(name)}` }),
  },
  {
    name: 'user_limit',
    aliases: ['user_limits'],
    declareFields: [required('user'), required('name'), required('value', 'integer')],
    declare: ({ user, name, value }) => ({
      method: 'PUT',
      path: path`/user-limits/${t(user)}/${t(name)}`,
      body: { value: value! },
    }),
    deleteFields: [required('user'), required('name')],
    delete: ({ user, name }) => ({ method: 'DELETE', path: path`/user-limits/${t(user)}/${t(name)}` }),
  },
  {
    name: 'connection',
    deleteFields: NAME,
    delete: ({ name }) => ({ method: 'DELETE', path: path`/connections/${t(name)}` }),
  },
]

function policy(name: string, segment: string): AdminObject {
  const at = (fields: JsonObject, vhost: string) => `/${segment}${path`/${vhost}/${t(fields.name)}`}`
  return {
    name,
    declareFields: [
      ...NAME,
      required('pattern'),
      required('definition', 'json'),
      optional('priority', 'integer', 0),
      optional('apply_to', 'text', name === 'policy' ? 'all' : 'queues'),
    ],
    declare: (fields, vhost) => {
      const { name: _name, apply_to, ...body } = fields
      return { method: 'PUT', path: at(fields, vhost), body: { ...body, 'apply-to': apply_to! } }
    },
    deleteFields: NAME,
    delete: (fields, vhost) => ({ method: 'DELETE', path: at(fields, vhost) }),
  }
}

function withType(args: Json | undefined, type: Json | undefined): JsonObject {
  const given = (args ?? {}) as JsonObject
  return type === undefined ? given : { ...given, 'x-queue-type': type }
}

/** The fields from `name=value` words and `--name value` options. Throws a {@link UsageError} that names what is missing. */
export function adminFields(
  specs: readonly AdminField[],
  words: readonly string[],
  option: (name: string) => string | undefined,
): JsonObject {
  const given = new Map<string, string>()
  for (const word of words) {
    const equals = word.indexOf('=')
    if (equals < 1) throw new UsageError(`expected name=value, got ${word}`)
    given.set(word.slice(0, equals).replaceAll('-', '_'), word.slice(equals + 1))
  }
  for (const { name } of specs) {
    const value = option(name.replaceAll('_', '-'))
    if (value !== undefined) given.set(name, value)
  }
  const known = new Set([...specs.map(({ name }) => name), 'vhost'])
  const unknown = [...given.keys()].filter((name) => !known.has(name))
  if (unknown.length > 0) throw new UsageError(`Argument ${unknown.join(', ')} not recognised`)
  const missing = specs.filter(({ name, isRequired }) => isRequired === true && !given.has(name))
  if (missing.length > 0) {
    throw new UsageError(`mandatory argument ${missing.map(({ name }) => name).join(', ')} required`)
  }
  const fields: JsonObject = {}
  for (const { name, kind, fallback } of specs) {
    const text = given.get(name)
    if (text !== undefined) fields[name] = fieldValue(name, kind, text)
    else if (fallback !== undefined) fields[name] = fallback
  }
  return fields
}

/** The vhost among the words, which wins over the option. */
export function vhostIn(words: readonly string[], fallback: string): string {
  const word = words.find((each) => each.startsWith('vhost='))
  return word === undefined ? fallback : word.slice('vhost='.length)
}

function fieldValue(name: string, kind: AdminField['kind'], text: string): Json {
  switch (kind) {
    case 'boolean':
      if (/^(true|yes|1)$/i.test(text)) return true
      if (/^(false|no|0)$/i.test(text)) return false
      throw new UsageError(`${name} is true or false, not ${text}`)
    case 'integer':
      if (!/^-?\d+$/.test(text)) throw new UsageError(`${name} is a whole number, not ${text}`)
      return Number(text)
    case 'json':
      return parsedJson(text)
    default:
      return text
  }
}
