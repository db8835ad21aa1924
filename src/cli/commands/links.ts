import { isNotFound, path } from '../api/api.js'
import { refusedAs } from '../api/api-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { DONE, rows } from '../output/result.js'

const base = { tools: ['rabbitmqctl'], group: 'Node' } as const
const SHOVEL_COLUMNS = [
  'name',
  'pending',
  'type',
  'state',
  'source',
  'destination',
  'vhost',
  'last_changed',
  'termination_reason',
] as const
const LINK_COLUMNS = [
  'exchange',
  'queue',
  'upstream',
  'vhost',
  'status',
  'local_connection',
  'uri',
  'id',
  'error',
] as const

/** Shovels and federation, as far as the node runs any. */
export const LINK_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'shovel_status',
    summary: 'Shovels and what they do',
    banner: async ({ api }) => `Shovel status on node ${await api.nodeName()}`,
    run: async ({ api }) => rows(SHOVEL_COLUMNS, await api.list('/shovels')),
  },
  ...(['restart', 'delete'] as const).map(
    (verb): Command => ({
      ...base,
      name: `${verb}_shovel`,
      summary: verb === 'restart' ? 'Starts a shovel anew' : 'Deletes a shovel',
      arguments: [{ name: 'NAME' }],
      banner: ({ args }) => `${verb === 'restart' ? 'Restarting dynamic' : 'Deleting'} shovel ${args[0]} ...`,
      run: async ({ api, vhost, args: [name = ''] }) => {
        try {
          await api.delete(`${path`/shovels/vhost/${vhost}/${name}`}${verb === 'restart' ? '/restart' : ''}`)
          return DONE
        } catch (error) {
          if (!isNotFound(error)) throw error
          throw refusedAs(
            EXIT.unavailable,
            error,
            `Shovel with the given name was not found: '${name}' in vhost '${vhost}'`,
          )
        }
      },
    }),
  ),
  {
    ...base,
    name: 'federation_status',
    summary: 'Links to upstreams and what they do',
    options: { 'only-down': { kind: 'switch', doc: 'Only those that do not run' } },
    banner: async ({ api }) => `Listing federation links on node ${await api.nodeName()}`,
    run: async (invocation) => {
      const state = invocation.flag('only-down') ? '/state/down' : ''
      return rows(LINK_COLUMNS, await invocation.api.list(`/federation-links${state}`))
    },
  },
  {
    ...base,
    name: 'restart_federation_link',
    summary: 'Starts a link to an upstream anew',
    arguments: [{ name: 'ID' }],
    banner: ({ args }) => `Restarting federation link ${args[0]} ...`,
    run: async ({ api, vhost, args: [id = ''] }) => {
      try {
        await api.delete(path`/federation-links/vhost/${vhost}/${id}/${await api.nodeName()}/restart`)
        return DONE
      } catch (error) {
        if (isNotFound(error))
          throw refusedAs(EXIT.unavailable, error, `Link with the given id was not found: '${id}'`)
        throw error
      }
    },
  },
]
