import { isNotFound, path } from '../api/api.js'
import { ApiError, refusedAs } from '../api/api-error.js'
import { CliError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { type JsonObject, numberIn, textIn } from '../json.js'
import { DONE, type Result, text } from '../output/result.js'
import { connectionPid } from './peer-ids.js'

const base = { tools: ['rabbitmqctl'], group: 'Connections and queues' } as const
const NOT_FOUND_TEXT = 'Object (queue, stream, exchange, etc) was not found'

export const CONNECTION_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'close_connection',
    summary: 'Closes a connection, by its pid or its name',
    arguments: [{ name: 'PID' }, { name: 'REASON' }],
    banner: ({ args }) => `Closing connection ${args[0]}, reason: ${args[1]}...`,
    run: async (invocation) => {
      const [id = '', reason = ''] = invocation.args
      const connections = await invocation.api.paged('/connections')
      const found = connections.find((each) => each.name === id || connectionPid(each) === id)
      if (found === undefined) throw new CliError(EXIT.unavailable, `there is no connection ${id}`)
      await close(invocation, found, reason)
      return DONE
    },
  },
  {
    ...base,
    name: 'close_all_connections',
    summary: 'Closes the connections of a virtual host, or all',
    arguments: [{ name: 'REASON' }],
    options: {
      global: { kind: 'switch', doc: 'Of every virtual host' },
      limit: { kind: 'integer', placeholder: 'N', doc: 'That many at most. Default 0, all' },
      'per-connection-delay': { kind: 'integer', placeholder: 'MS', doc: 'Wait between two. Default 0' },
    },
    banner: (invocation) => {
      const where = invocation.flag('global') ? 'on all vhosts' : `in vhost ${invocation.vhost}`
      const limit = invocation.number('limit') ?? 0
      return `Closing ${limit > 0 ? `${limit}` : 'all'} connections ${where}, reason: ${invocation.args[0]}...`
    },
    run: async (invocation) => {
      const all = await invocation.api.paged('/connections')
      const wanted = all.filter(({ vhost }) => invocation.flag('global') || vhost === invocation.vhost)
      return closeAll(invocation, wanted, invocation.arg(0))
    },
  },
  {
    ...base,
    name: 'close_all_user_connections',
    summary: 'Closes the connections of a user',
    arguments: [{ name: 'USER' }, { name: 'REASON' }],
    options: {
      limit: { kind: 'integer', placeholder: 'N', doc: 'That many at most. Default 0, all' },
      'per-connection-delay': { kind: 'integer', placeholder: 'MS', doc: 'Wait between two. Default 0' },
    },
    banner: ({ args }) => `Closing connections of user ${args[0]}, reason: ${args[1]}...`,
    run: async (invocation) => {
      const all = await invocation.api.paged('/connections')
      return closeAll(
        invocation,
        all.filter(({ user }) => user === invocation.arg(0)),
        invocation.arg(1),
      )
    },
  },
  {
    ...base,
    name: 'purge_queue',
    summary: 'Drops the ready messages of a queue',
    arguments: [{ name: 'QUEUE' }],
    banner: ({ args, vhost }) => `Purging queue '${args[0]}' in vhost '${vhost}' ...`,
    run: async (invocation) => {
      try {
        await invocation.api.delete(path`/queues/${invocation.vhost}/${invocation.arg(0)}/contents`)
      } catch (error) {
        if (isNotFound(error)) throw refusedAs(EXIT.data, error, NOT_FOUND_TEXT)
        throw error
      }
      return DONE
    },
  },
  {
    ...base,
    name: 'delete_queue',
    summary: 'Deletes a queue',
    arguments: [{ name: 'QUEUE' }],
    options: {
      'if-empty': { kind: 'switch', short: 'e', doc: 'Only without ready messages' },
      'if-unused': { kind: 'switch', short: 'u', doc: 'Only without consumers' },
      force: { kind: 'switch', doc: 'Accepted' },
    },
    banner: ({ args, vhost }) => `Deleting queue '${args[0]}' on vhost '${vhost}' ...`,
    run: async (invocation) => {
      const at = path`/queues/${invocation.vhost}/${invocation.arg(0)}`
      const queue = await invocation.api.find(at)
      if (queue === undefined) throw new CliError(EXIT.usage, NOT_FOUND_TEXT)
      const query = new URLSearchParams()
      for (const name of ['if-empty', 'if-unused']) if (invocation.flag(name)) query.set(name, 'true')
      try {
        await invocation.api.delete(`${at}?${query}`)
      } catch (error) {
        if (error instanceof ApiError && error.status === 400) throw refusedAs(EXIT.data, error)
        throw error
      }
      const ready = numberIn(queue.messages_ready)
      return text(`Queue was successfully deleted with ${ready} ready messages`)
    },
  },
]

async function closeAll(
  invocation: Invocation,
  connections: readonly JsonObject[],
  reason: string,
): Promise<Result> {
  const limit = invocation.number('limit') ?? 0
  const delayMs = invocation.number('per-connection-delay') ?? 0
  const chosen = limit > 0 ? connections.slice(0, limit) : connections
  for (const [index, connection] of chosen.entries()) {
    if (index > 0 && delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
    await close(invocation, connection, reason)
  }
  return text(`Closed ${chosen.length} connections`)
}

/** One that went by itself meanwhile is as good as closed. */
async function close({ api }: Invocation, connection: JsonObject, reason: string): Promise<void> {
  try {
    // A header takes neither control characters nor what Latin-1 lacks.
    const header = reason.replace(/[^\x20-\x7e\xa0-\xff]/gu, '?')
    await api.delete(path`/connections/${textIn(connection.name)}`, { 'x-reason': header })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
