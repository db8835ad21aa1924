import { readFileSync } from 'node:fs'
import { path } from '../api/api.js'
import { ApiError } from '../api/api-error.js'
import { badValue, CliError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { isObject, type Json, type JsonObject, objectsIn, textIn } from '../json.js'
import type { OptionTable } from '../option-spec.js'
import { rows, text } from '../output/result.js'
import { ADMIN_OBJECTS, type AdminField, type AdminObject, adminFields, vhostIn } from './admin-objects.js'

const base = { tools: ['rabbitmqadmin'], group: 'rabbitmqadmin', formatter: 'pretty_table' } as const
const WORDS = [{ name: 'NAME=VALUE', isOptional: true, isRepeated: true }] as const
const IDEMPOTENTLY = { idempotently: { kind: 'switch', doc: 'No error when it is not there' } } as const

/** What `list` knows: where it is, and the columns shown. */
const LISTS: Readonly<Record<string, readonly [at: string, columns: readonly string[]]>> = {
  queues: ['/queues', ['name', 'messages']],
  exchanges: ['/exchanges', ['name', 'type']],
  bindings: ['/bindings', ['source', 'destination', 'routing_key']],
  connections: ['/connections', ['name', 'user', 'channels']],
  channels: ['/channels', ['name', 'user', 'consumer_count']],
  consumers: ['/consumers', ['queue.name', 'consumer_tag', 'ack_required']],
  vhosts: ['/vhosts', ['name', 'messages']],
  users: ['/users', ['name', 'tags']],
  permissions: ['/permissions', ['vhost', 'user', 'configure', 'write', 'read']],
  policies: ['/policies', ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority']],
  operator_policies: [
    '/operator-policies',
    ['vhost', 'name', 'pattern', 'apply-to', 'definition', 'priority'],
  ],
  parameters: ['/parameters', ['component', 'vhost', 'name', 'value']],
  global_parameters: ['/global-parameters', ['name', 'value']],
  vhost_limits: ['/vhost-limits', ['vhost', 'value']],
  user_limits: ['/user-limits', ['user', 'value']],
  nodes: ['/nodes', ['name', 'type', 'running', 'mem_used']],
  feature_flags: ['/feature-flags', ['name', 'state', 'stability']],
  deprecated_features: ['/deprecated-features', ['name', 'state']],
  extensions: ['/extensions', ['javascript']],
}
const PER_VHOST = [
  'queues',
  'exchanges',
  'bindings',
  'consumers',
  'policies',
  'operator_policies',
  'vhost_limits',
]

export const ADMIN_COMMANDS: readonly Command[] = [
  ...ADMIN_OBJECTS.flatMap((object) => [
    ...(object.declare === undefined ? [] : [declareCommand(object)]),
    ...(object.delete === undefined ? [] : [deleteCommand(object)]),
  ]),
  ...Object.keys(LISTS).map(listCommand),
  {
    ...base,
    name: 'show overview',
    summary: 'The cluster at a glance',
    arguments: [{ name: 'COLUMN', isOptional: true, isRepeated: true }],
    run: async (invocation) => {
      const columns =
        invocation.args.length > 0
          ? invocation.args
          : ['rabbitmq_version', 'cluster_name', 'queue_totals.messages', 'object_totals.queues']
      return rows(columns, [pick(await invocation.api.overview(), columns)])
    },
  },
  {
    ...base,
    name: 'publish message',
    aliases: ['publish'],
    summary: 'Publishes a message; the payload is read from stdin when it is not given',
    arguments: WORDS,
    options: {
      ...optionsOf(fieldsOf('routing_key', 'exchange', 'payload', 'payload_encoding')),
      properties: { kind: 'text', placeholder: 'JSON', doc: 'Properties' },
      'payload-file': { kind: 'file', placeholder: 'FILE', doc: 'A file with the payload' },
    },
    run: publish,
  },
  {
    ...base,
    name: 'get messages',
    aliases: ['get'],
    summary: 'Takes messages from a queue',
    arguments: WORDS,
    options: {
      queue: { kind: 'text', placeholder: 'Q', doc: 'The queue' },
      count: { kind: 'integer', placeholder: 'N', doc: 'Default 1' },
      'ack-mode': {
        kind: 'text',
        placeholder: 'M',
        doc: 'Default ack_requeue_true, which leaves them in the queue',
      },
      ackmode: { kind: 'text', placeholder: 'M', doc: 'The same' },
    },
    run: async (invocation) => {
      const specs = [
        { name: 'queue', isRequired: true },
        { name: 'count', kind: 'integer', fallback: 1 },
        { name: 'ackmode', fallback: 'ack_requeue_true' },
        { name: 'ack_mode' },
        { name: 'encoding', fallback: 'auto' },
        { name: 'payload_file' },
      ] satisfies AdminField[]
      const { queue, ack_mode, ...body } = fieldsFrom(invocation, specs)
      const at = path`/queues/${vhostOf(invocation)}/${textIn(queue)}/get`
      const messages = objectsIn(
        await invocation.api.post(at, { ...body, ...(ack_mode === undefined ? {} : { ackmode: ack_mode }) }),
      )
      const columns = [
        'routing_key',
        'exchange',
        'message_count',
        'payload',
        'payload_bytes',
        'payload_encoding',
        'redelivered',
      ]
      return rows(columns, messages)
    },
  },
  {
    ...base,
    name: 'purge queue',
    summary: 'Drops the ready messages of a queue',
    arguments: WORDS,
    options: optionsOf(fieldsOf('name')),
    run: async (invocation) => {
      const { name } = fieldsFrom(invocation, [{ name: 'name', isRequired: true }])
      await invocation.api.delete(path`/queues/${vhostOf(invocation)}/${textIn(name)}/contents`)
      return text('queue purged')
    },
  },
  {
    ...base,
    name: 'close connection',
    summary: 'Closes a connection',
    arguments: WORDS,
    options: optionsOf(fieldsOf('name')),
    run: async (invocation) => {
      const { name } = fieldsFrom(invocation, [{ name: 'name', isRequired: true }])
      await invocation.api.delete(path`/connections/${textIn(name)}`)
      return text('connection closed')
    },
  },
  {
    ...base,
    name: 'definitions export',
    aliases: ['export'],
    summary: 'Writes the definitions into a file, or to stdout',
    arguments: [{ name: 'FILE', isOptional: true }],
    options: { stdout: { kind: 'switch', doc: 'To stdout' } },
    run: (invocation) => definitionCommand('export_definitions', invocation),
  },
  {
    ...base,
    name: 'definitions import',
    aliases: ['import'],
    summary: 'Takes in a file of definitions, or stdin',
    arguments: [{ name: 'FILE', isOptional: true }],
    options: { stdin: { kind: 'switch', doc: 'From stdin' } },
    run: (invocation) => definitionCommand('import_definitions', invocation),
  },
]

function declareCommand(object: AdminObject): Command {
  const specs = object.declareFields ?? []
  return {
    ...base,
    name: `declare ${object.name}`,
    ...aliasesOf('declare', object),
    summary: `Declares ${article(object.name)}`,
    arguments: WORDS,
    options: optionsOf(specs),
    run: async (invocation) => {
      const fields = fieldsFrom(invocation, specs)
      const { method, path: at, body = {} } = object.declare!(fields, vhostOf(invocation))
      if (method === 'POST') await invocation.api.post(at, body)
      else await invocation.api.put(at, body)
      return text(`${object.name} declared`)
    },
  }
}

function deleteCommand(object: AdminObject): Command {
  const specs = object.deleteFields ?? []
  return {
    ...base,
    name: `delete ${object.name}`,
    ...aliasesOf('delete', object),
    summary: `Deletes ${article(object.name)}`,
    arguments: WORDS,
    options: { ...optionsOf(specs), ...IDEMPOTENTLY },
    run: async (invocation) => {
      const fields = fieldsFrom(invocation, specs)
      try {
        await invocation.api.delete(object.delete!(fields, vhostOf(invocation)).path)
      } catch (error) {
        const isGone = error instanceof ApiError && error.status === 404
        if (!(isGone && invocation.flag('idempotently'))) throw error
      }
      return text(`${object.name} deleted`)
    },
  }
}

function listCommand(name: string): Command {
  const [at, defaults] = LISTS[name]!
  return {
    ...base,
    name: `list ${name}`,
    summary: `${name.replaceAll('_', ' ').replace(/^./, (first) => first.toUpperCase())}, with any columns of the API`,
    arguments: [{ name: 'COLUMN', isOptional: true, isRepeated: true }],
    options: {
      sort: { kind: 'text', placeholder: 'COLUMN', doc: 'Sorts by it' },
      'sort-reverse': { kind: 'switch', doc: 'Downwards' },
    },
    run: async (invocation) => {
      const columns = invocation.args.length > 0 ? invocation.args.flatMap((arg) => arg.split(',')) : defaults
      const inVhost = invocation.text('vhost') !== undefined && PER_VHOST.includes(name)
      const query = new URLSearchParams()
      const sort = invocation.text('sort')
      if (sort !== undefined) query.set('sort', sort)
      if (invocation.flag('sort-reverse')) query.set('sort_reverse', 'true')
      const where = inVhost ? `${at}${path`/${invocation.vhost}`}` : at
      const items = await invocation.api.list(query.size > 0 ? `${where}?${query}` : where)
      return rows(
        columns,
        items.map((item) => pick(item, columns)),
      )
    },
  }
}

async function publish(invocation: Invocation) {
  const specs = [
    { name: 'routing_key', isRequired: true },
    { name: 'exchange', fallback: '' },
    { name: 'payload' },
    { name: 'payload_encoding', fallback: 'string' },
    { name: 'properties', kind: 'json', fallback: {} },
    { name: 'payload_file' },
  ] satisfies AdminField[]
  const { exchange, payload, payload_file: file, ...fields } = fieldsFrom(invocation, specs)
  const octets =
    file !== undefined
      ? readPayload(textIn(file))
      : payload === undefined
        ? await invocation.io.input()
        : undefined
  const content: JsonObject =
    octets === undefined
      ? { payload: payload! }
      : { payload: octets.toString('base64'), payload_encoding: 'base64' }
  const name = textIn(exchange) === '' ? 'amq.default' : textIn(exchange)
  const at = path`/exchanges/${vhostOf(invocation)}/${name}/publish`
  const answer = await invocation.api.post(at, { ...fields, ...content })
  if (isObject(answer) && answer.routed === true) return text('Message published')
  throw new CliError(EXIT.unavailable, 'Message published but NOT routed')
}

async function definitionCommand(name: string, invocation: Invocation) {
  const { DEFINITION_COMMANDS } = await import('./definitions.js')
  return DEFINITION_COMMANDS.find((command) => command.name === name)!.run(invocation)
}

function readPayload(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw badValue((error as Error).message)
  }
}

function fieldsOf(...names: readonly string[]): AdminField[] {
  return names.map((name) => ({ name }))
}

function optionsOf(specs: readonly AdminField[]): OptionTable {
  return Object.fromEntries(
    specs.map(({ name, kind }) => [
      name.replaceAll('_', '-'),
      {
        kind: 'text',
        placeholder: kind === 'json' ? 'JSON' : kind === 'boolean' ? 'true|false' : 'VALUE',
        doc: `The ${name.replaceAll('_', ' ')}`,
      },
    ]),
  )
}

function fieldsFrom(invocation: Invocation, specs: readonly AdminField[]): JsonObject {
  const words = invocation.args.filter((word) => !word.startsWith('vhost='))
  return adminFields(specs, words, (name) => invocation.text(name))
}

function vhostOf(invocation: Invocation): string {
  return vhostIn(invocation.args, invocation.vhost)
}

function aliasesOf(verb: string, { aliases }: AdminObject): Pick<Command, 'aliases'> {
  return aliases === undefined ? {} : { aliases: aliases.map((alias) => `${verb} ${alias}`) }
}

function article(name: string): string {
  return `${/^[aeio]/.test(name) ? 'an' : 'a'} ${name.replaceAll('_', ' ')}`
}

/** Fields by their paths: `message_stats.publish_details.rate`. */
function pick(item: JsonObject, columns: readonly string[]): Record<string, Json> {
  return Object.fromEntries(columns.map((column) => [column, valueAt(item, column)]))
}

function valueAt(item: JsonObject, column: string): Json {
  if (Object.hasOwn(item, column)) return item[column]!
  let value: Json | undefined = item
  for (const name of column.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return ''
    value = value[name]
  }
  return value ?? ''
}
