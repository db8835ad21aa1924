import { isNotFound, path } from '../api/api.js'
import { refusedAs } from '../api/api-error.js'
import { badValue, CliError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { type Json, type JsonObject, numberIn, textIn } from '../json.js'
import { DONE, rows } from '../output/result.js'
import { columnsOf, fields, tableOf } from './values.js'

const base = { tools: ['rabbitmq-streams'], group: 'Streams' } as const
const PARTITIONS_DEFAULT = 3
const PARTITIONS_MAX = 1000
/** Options of add_super_stream that become arguments of its streams. */
const STREAM_ARGUMENTS = {
  'max-age': 'x-max-age',
  'leader-locator': 'x-queue-leader-locator',
  'max-length-bytes': 'x-max-length-bytes',
  'stream-max-segment-size-bytes': 'x-stream-max-segment-size-bytes',
  'initial-cluster-size': 'x-initial-cluster-size',
} as const
/** Those that are numbers. */
const NUMERIC = ['max-length-bytes', 'stream-max-segment-size-bytes', 'initial-cluster-size']

/** Streams as queues; peers of the stream protocol are listed where the API lists them. */
export const STREAM_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'stream_status',
    summary: 'Where a stream lies, and what it holds',
    arguments: [{ name: 'STREAM' }],
    options: { tracking: { kind: 'switch', doc: 'Offsets and publishing ids that clients stored instead' } },
    formatter: 'pretty_table',
    banner: ({ args }) => `Status of stream ${args[0]} on the node ...`,
    run: async (invocation) => {
      const stream = await streamNamed(invocation, invocation.arg(0))
      // Only the stream protocol stores any.
      if (invocation.flag('tracking')) return rows(['type', 'reference', 'value'], [])
      const count = numberIn(stream.messages)
      const status = {
        role: 'writer',
        node: textIn(stream.node),
        epoch: 1,
        messages: count,
        readers: numberIn(stream.consumers),
        segments: numberIn(stream.segments),
      }
      return rows(Object.keys(status), [status])
    },
  },
  {
    ...base,
    name: 'add_super_stream',
    summary: 'Declares the exchange and the streams of a partitioned stream',
    arguments: [{ name: 'NAME' }],
    options: {
      partitions: { kind: 'integer', placeholder: 'N', doc: 'Default 3' },
      'binding-keys': { kind: 'text', placeholder: 'A,B', doc: 'A partition for each of these keys instead' },
      'max-age': { kind: 'text', placeholder: 'AGE', doc: '`1h`, `7D`' },
      'max-length-bytes': { kind: 'integer', placeholder: 'BYTES', doc: 'Of each partition' },
      'stream-max-segment-size-bytes': { kind: 'integer', placeholder: 'BYTES', doc: 'Of each segment' },
      'leader-locator': { kind: 'text', placeholder: 'L', doc: 'Accepted' },
      'initial-cluster-size': { kind: 'integer', placeholder: 'N', doc: 'Accepted' },
    },
    banner: ({ args }) => `Adding a super stream ${args[0]} ...`,
    run: async (invocation) => {
      const { api, vhost } = invocation
      const name = invocation.arg(0)
      const keys = bindingKeys(invocation)
      await api.put(path`/exchanges/${vhost}/${name}`, {
        type: 'direct',
        durable: true,
        arguments: { 'x-super-stream': true },
      })
      const stream = {
        durable: true,
        arguments: { 'x-queue-type': 'stream', ...streamArguments(invocation) },
      }
      for (const [order, key] of keys.entries()) {
        await api.put(path`/queues/${vhost}/${`${name}-${key}`}`, stream)
        await api.post(path`/bindings/${vhost}/e/${name}/q/${`${name}-${key}`}`, {
          routing_key: key,
          arguments: { 'x-stream-partition-order': order },
        })
      }
      return DONE
    },
  },
  {
    ...base,
    name: 'delete_super_stream',
    summary: 'Deletes the exchange and the streams of a partitioned stream',
    arguments: [{ name: 'NAME' }],
    banner: ({ args }) => `Deleting super stream ${args[0]} ...`,
    run: async (invocation) => {
      const { api, vhost } = invocation
      const name = invocation.arg(0)
      const exchange = await api.find(path`/exchanges/${vhost}/${name}`)
      if ((exchange?.arguments as JsonObject | undefined)?.['x-super-stream'] !== true)
        throw new CliError(EXIT.unavailable, `super stream '${name}' in vhost '${vhost}' not found`)
      for (const { destination } of await api.list(path`/exchanges/${vhost}/${name}/bindings/source`))
        await api.delete(path`/queues/${vhost}/${textIn(destination)}`)
      await api.delete(path`/exchanges/${vhost}/${name}`)
      return DONE
    },
  },
  ...protocolLists(),
]

/** Lists of what speaks the stream protocol. */
function protocolLists(): Command[] {
  const list = (
    name: string,
    summary: string,
    columns: readonly string[],
    at: (invocation: Invocation) => string,
  ): Command => ({
    ...base,
    name,
    summary,
    columns,
    arguments: [{ name: 'COLUMN', isOptional: true, isRepeated: true }],
    run: async (invocation) => {
      const table = fields(...columns)
      return tableOf(await invocation.api.list(at(invocation)), columnsOf(invocation, table, columns), table)
    },
  })
  return [
    list(
      'list_stream_connections',
      'Connections of the stream protocol',
      ['conn_name', 'user', 'vhost'],
      () => '/stream/connections',
    ),
    list(
      'list_stream_consumers',
      'Consumers of the stream protocol',
      ['connection_pid', 'stream', 'subscription_id', 'credits'],
      ({ vhost }) => path`/stream/consumers/${vhost}`,
    ),
    list(
      'list_stream_publishers',
      'Publishers of the stream protocol',
      ['connection_pid', 'stream', 'publisher_id', 'reference'],
      ({ vhost }) => path`/stream/publishers/${vhost}`,
    ),
  ]
}

async function streamNamed({ api, vhost }: Invocation, name: string): Promise<JsonObject> {
  try {
    const queue = await api.object(path`/queues/${vhost}/${name}`)
    if (queue.type === 'stream') return queue
    throw new CliError(EXIT.unavailable, 'Cannot get stream status of a queue that is not a stream')
  } catch (error) {
    if (isNotFound(error))
      throw refusedAs(EXIT.unavailable, error, `stream '${name}' in vhost '${vhost}' not found`)
    throw error
  }
}

function bindingKeys(invocation: Invocation): string[] {
  const given = invocation.text('binding-keys')
  if (given !== undefined) {
    if (invocation.flag('partitions')) throw badValue('--partitions and --binding-keys exclude one another')
    const keys = given.split(',').map((key) => key.trim())
    if (keys.includes('')) throw badValue('a binding key is not empty')
    return keys
  }
  const count = invocation.number('partitions') ?? PARTITIONS_DEFAULT
  if (!(count >= 1 && count <= PARTITIONS_MAX)) throw badValue(`the partitions are 1 to ${PARTITIONS_MAX}`)
  return Array.from({ length: count }, (_, i) => String(i))
}

function streamArguments(invocation: Invocation): Record<string, Json> {
  const args: Record<string, Json> = {}
  for (const [option, argument] of Object.entries(STREAM_ARGUMENTS)) {
    const value = invocation.text(option)
    if (value !== undefined) args[argument] = NUMERIC.includes(option) ? Number(value) : value
  }
  return args
}
