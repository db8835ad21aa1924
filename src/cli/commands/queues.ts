import { isNotFound, path } from '../api/api.js'
import { ApiError, refusedAs } from '../api/api-error.js'
import { badValue, CliError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { isObject, type Json, type JsonObject, objectsIn, textIn } from '../json.js'
import { DONE, rows, text } from '../output/result.js'

const base = { tools: ['rabbitmq-queues'], group: 'Connections and queues' } as const
const PEEK_MAX = 1000

export const QUEUE_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'quorum_status',
    tools: ['rabbitmq-queues', 'rabbitmqctl'],
    summary: 'The replicas of a quorum queue',
    arguments: [{ name: 'QUEUE' }],
    formatter: 'pretty_table',
    banner: ({ args }) => `Status of quorum queue ${args[0]} on the node ...`,
    run: async (invocation) => {
      const { api, vhost } = invocation
      const queue = invocation.arg(0)
      try {
        const members = objectsIn(await api.get(path`/queues/quorum/${vhost}/${queue}/status`))
        return rows([...new Set(members.flatMap((member) => Object.keys(member)))], members)
      } catch (error) {
        if (isNotFound(error))
          throw refusedAs(EXIT.unavailable, error, `queue '${queue}' in vhost '${vhost}' not found`)
        throw error
      }
    },
  },
  {
    ...base,
    name: 'peek',
    summary: 'Shows a message, or a range of them, and leaves it untouched; position 1 is the oldest',
    arguments: [{ name: 'QUEUE' }, { name: 'POSITION|FROM-TO' }],
    banner: ({ args }) => `Peeking at message(s) at position ${args[1]} in queue ${args[0]} ...`,
    run: async (invocation) => {
      const { api, vhost } = invocation
      const [queue = '', range = ''] = invocation.args
      const [, from = '', to = from] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? []
      const first = Number(from)
      const last = Number(to)
      if (from === '' || first < 1 || last < first || last - first >= PEEK_MAX) {
        throw badValue(
          `the position is a number from 1 on, or a range FROM-TO of up to ${PEEK_MAX}, not ${range}`,
        )
      }
      const found = await messagesUpTo(last)
      const shown = found.slice(first - 1)
      if (shown.length === 0) throw new CliError(EXIT.unavailable, `there is no message at position ${first}`)
      if (shown.length > 1) return text(shown.map((each) => JSON.stringify(each)).join('\n'), shown)
      const keys = Object.entries(shown[0]!)
      return rows(
        ['keys', 'values'],
        keys.map(([keys, values]) => ({ keys, values: scalar(values) })),
      )

      async function messagesUpTo(count: number): Promise<JsonObject[]> {
        const messages: JsonObject[] = []
        let cursor = ''
        while (messages.length < count) {
          const query = new URLSearchParams({ count: String(Math.min(100, count - messages.length)) })
          if (cursor !== '') query.set('cursor', cursor)
          const page = await ask(query)
          messages.push(...objectsIn(page.messages))
          cursor = textIn(page.next_cursor)
          if (cursor === '') break
        }
        return messages
      }

      async function ask(query: URLSearchParams): Promise<JsonObject> {
        try {
          return await api.object(`${path`/queues/${vhost}/${queue}/messages`}?${query}`)
        } catch (error) {
          throw error instanceof ApiError ? refusedAs(EXIT.unavailable, error) : error
        }
      }
    },
  },
  {
    ...base,
    name: 'rebalance',
    summary: 'Spreads the leaders of queues over the nodes',
    arguments: [{ name: 'TYPE', choices: ['all', 'classic', 'quorum', 'stream'] }],
    options: {
      'vhost-pattern': { kind: 'text', placeholder: 'RE', doc: 'Accepted' },
      'queue-pattern': { kind: 'text', placeholder: 'RE', doc: 'Accepted' },
    },
    banner: ({ args }) => `Starting rebalance of ${args[0]} queues ...`,
    run: async ({ api }) => {
      await api.post('/rebalance/queues')
      return DONE
    },
  },
]

/** In a table of keys and values each value is one word. */
function scalar(value: Json): Json {
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : value
}
