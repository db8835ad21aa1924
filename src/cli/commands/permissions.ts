import { ifThere, isNotFound, path } from '../api/api.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import { textIn } from '../json.js'
import { DONE, rows } from '../output/result.js'
import { requireVhost, userNamed } from './user-names.js'

const base = { tools: ['rabbitmqctl'], group: 'Permissions' } as const
const PATTERNS = [{ name: 'CONFIGURE' }, { name: 'WRITE' }, { name: 'READ' }] as const

export const PERMISSION_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'set_permissions',
    summary: 'Says what a user may do in a virtual host, by patterns of names',
    arguments: [{ name: 'USER' }, ...PATTERNS],
    banner: ({ args, vhost }) => `Setting permissions for user "${args[0]}" in vhost "${vhost}" ...`,
    run: async (invocation) => {
      const [user = '', configure = '', write = '', read = ''] = invocation.args
      await requireVhost(invocation, invocation.vhost, EXIT.unavailable)
      await userNamed(invocation, user)
      await invocation.api.put(path`/permissions/${invocation.vhost}/${user}`, { configure, write, read })
      return DONE
    },
  },
  {
    ...base,
    name: 'set_permissions_globally',
    summary: 'The same in every virtual host',
    arguments: [{ name: 'USER' }, ...PATTERNS],
    banner: ({ args }) => `Setting permissions for user "${args[0]}" in all virtual hosts ...`,
    run: async (invocation) => {
      const [user = '', configure = '', write = '', read = ''] = invocation.args
      await userNamed(invocation, user)
      for (const { name } of await invocation.api.list('/vhosts')) {
        await invocation.api.put(path`/permissions/${textIn(name)}/${user}`, { configure, write, read })
      }
      return DONE
    },
  },
  {
    ...base,
    name: 'clear_permissions',
    summary: 'Shuts a user out of a virtual host',
    arguments: [{ name: 'USER' }],
    banner: ({ args, vhost }) => `Clearing permissions for user "${args[0]}" in vhost "${vhost}" ...`,
    run: async (invocation) => {
      await requireVhost(invocation, invocation.vhost, EXIT.unavailable)
      await ifThere(invocation.api.delete(path`/permissions/${invocation.vhost}/${invocation.arg(0)}`))
      return DONE
    },
  },
  {
    ...base,
    name: 'list_permissions',
    summary: 'Who may do what in a virtual host',
    banner: ({ vhost }) => `Listing permissions for vhost "${vhost}" ...`,
    run: async (invocation) => {
      const { api, vhost } = invocation
      await requireVhost(invocation, vhost, EXIT.data)
      return rows(['user', 'configure', 'write', 'read'], await api.list(path`/vhosts/${vhost}/permissions`))
    },
  },
  {
    ...base,
    name: 'list_user_permissions',
    summary: 'What a user may do, by virtual host',
    arguments: [{ name: 'USER' }],
    banner: ({ args }) => `Listing permissions for user "${args[0]}" ...`,
    run: async (invocation) => {
      await userNamed(invocation, invocation.arg(0), EXIT.unavailable)
      const items = await invocation.api.list(path`/users/${invocation.arg(0)}/permissions`)
      return rows(['vhost', 'configure', 'write', 'read'], items)
    },
  },
  {
    ...base,
    name: 'set_topic_permissions',
    summary: 'Says by which routing keys a user may publish to and bind a topic exchange',
    arguments: [{ name: 'USER' }, { name: 'EXCHANGE' }, { name: 'WRITE' }, { name: 'READ' }],
    banner: ({ args, vhost }) =>
      `Setting topic permissions on "${args[1]}" for user "${args[0]}" in vhost "${vhost}" ...`,
    run: async (invocation) => {
      const [user = '', exchange = '', write = '', read = ''] = invocation.args
      await requireVhost(invocation, invocation.vhost, EXIT.unavailable)
      await userNamed(invocation, user)
      const body = { exchange, write, read }
      await invocation.api.put(path`/topic-permissions/${invocation.vhost}/${user}`, body)
      return DONE
    },
  },
  {
    ...base,
    name: 'clear_topic_permissions',
    summary: 'Forgets the topic permissions of a user, for one exchange or for all',
    arguments: [{ name: 'USER' }, { name: 'EXCHANGE', isOptional: true }],
    banner: ({ args, vhost }) =>
      `Clearing topic permissions${args[1] === undefined ? '' : ` on "${args[1]}"`} for user "${args[0]}" in vhost "${vhost}" ...`,
    run: async (invocation) => {
      const [user = '', exchange] = invocation.args
      await requireVhost(invocation, invocation.vhost, EXIT.unavailable)
      await userNamed(invocation, user)
      const all = path`/topic-permissions/${invocation.vhost}/${user}`
      await ifThere(invocation.api.delete(exchange === undefined ? all : `${all}${path`/${exchange}`}`))
      return DONE
    },
  },
  {
    ...base,
    name: 'list_topic_permissions',
    summary: 'Topic permissions in a virtual host',
    banner: ({ vhost }) => `Listing topic permissions for vhost "${vhost}" ...`,
    run: async (invocation) => {
      const { api, vhost } = invocation
      await requireVhost(invocation, vhost, EXIT.data)
      const items = await api.list(path`/vhosts/${vhost}/topic-permissions`)
      return rows(['user', 'exchange', 'write', 'read'], items)
    },
  },
  {
    ...base,
    name: 'list_user_topic_permissions',
    summary: 'Topic permissions of a user, by virtual host',
    arguments: [{ name: 'USER' }],
    banner: ({ args }) => `Listing topic permissions for user "${args[0]}" ...`,
    run: async (invocation) => {
      await userNamed(invocation, invocation.arg(0), EXIT.unavailable)
      const items = await invocation.api.list(path`/users/${invocation.arg(0)}/topic-permissions`)
      return rows(['vhost', 'exchange', 'write', 'read'], items)
    },
  },
  {
    ...base,
    name: 'set_user_limits',
    summary: 'Limits the connections and channels of a user',
    arguments: [{ name: 'USER' }, { name: 'JSON' }],
    banner: ({ args }) => `Setting user limits to "${args[1]}" for user "${args[0]}" ...`,
    run: async (invocation) => {
      const { limitsIn } = await import('./limits.js')
      await userNamed(invocation, invocation.arg(0))
      for (const [name, value] of limitsIn(invocation.arg(1))) {
        await invocation.api.put(path`/user-limits/${invocation.arg(0)}/${name}`, { value })
      }
      return DONE
    },
  },
  {
    ...base,
    name: 'clear_user_limits',
    summary: 'Lifts a limit of a user, or all',
    arguments: [{ name: 'USER' }, { name: 'LIMIT', choices: ['all', 'max-connections', 'max-channels'] }],
    banner: ({ args }) =>
      args[1] === 'all'
        ? `Clearing all limits for user "${args[0]}" ...`
        : `Clearing "${args[1]}" limit for user "${args[0]}" ...`,
    run: async (invocation) => {
      const [user = '', limit = ''] = invocation.args
      await userNamed(invocation, user)
      const names = limit === 'all' ? ['max-connections', 'max-channels'] : [limit]
      for (const name of names) await ifThere(invocation.api.delete(path`/user-limits/${user}/${name}`))
      return DONE
    },
  },
  {
    ...base,
    name: 'list_user_limits',
    summary: 'Limits of a user, or of all',
    options: {
      user: { kind: 'text', placeholder: 'U', doc: 'The user. Default guest' },
      global: { kind: 'switch', doc: 'Of all users' },
    },
    banner: (invocation) =>
      invocation.flag('global')
        ? 'Listing limits for all users ...'
        : `Listing limits for user "${invocation.text('user') ?? 'guest'}" ...`,
    run: async (invocation) => {
      const { allLimits, limitText } = await import('./limits.js')
      if (invocation.flag('global')) return allLimits(await invocation.api.list('/user-limits'), 'user')
      const user = invocation.text('user') ?? 'guest'
      await userNamed(invocation, user)
      try {
        return limitText(await invocation.api.list(path`/user-limits/${user}`))
      } catch (error) {
        if (isNotFound(error)) return limitText([])
        throw error
      }
    },
  },
]
