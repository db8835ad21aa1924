import { ifThere, isNotFound, path } from '../api/api.js'
import { CliError, UsageError } from '../cli-error.js'
import type { Command } from '../command.js'
import { EXIT } from '../exit-codes.js'
import type { Invocation } from '../invocation.js'
import { type Json, type JsonObject, objectIn, textIn } from '../json.js'
import { DONE, text } from '../output/result.js'
import { allLimits, limitsIn, limitText } from './limits.js'
import { requireVhost } from './user-names.js'
import { type ColumnTable, columnsOf, field, fields, tableOf } from './values.js'

const base = { tools: ['rabbitmqctl'], group: 'Virtual hosts' } as const

const METADATA_OPTIONS = {
  description: { kind: 'text', placeholder: 'TEXT', doc: 'What it is for' },
  tags: { kind: 'text', placeholder: 'A,B', doc: 'Tags, with commas between them' },
  'default-queue-type': {
    kind: 'text',
    placeholder: 'T',
    doc: 'Type of queues that are declared without one',
    choices: ['classic', 'quorum', 'stream'],
  },
} as const

const COLUMNS: ColumnTable = {
  ...fields('name', 'tracing', 'description', 'tags', 'default_queue_type', 'cluster_state', 'metadata'),
  protected_from_deletion: (vhost) => vhost.protected_from_deletion ?? false,
}

export const VHOST_COMMANDS: readonly Command[] = [
  {
    ...base,
    name: 'add_vhost',
    summary: 'Makes a virtual host',
    arguments: [{ name: 'V' }],
    options: METADATA_OPTIONS,
    banner: ({ args }) => `Adding vhost "${args[0]}" ...`,
    run: async (invocation) => {
      const name = invocation.arg(0)
      // A PUT would clear what is known of one that exists.
      if ((await invocation.api.find(path`/vhosts/${name}`)) !== undefined) return DONE
      await invocation.api.put(path`/vhosts/${name}`, metadataIn(invocation))
      return DONE
    },
  },
  {
    ...base,
    name: 'delete_vhost',
    summary: 'Deletes a virtual host with everything in it',
    arguments: [{ name: 'V' }],
    banner: ({ args }) => `Deleting vhost "${args[0]}" ...`,
    run: async (invocation) => {
      const name = invocation.arg(0)
      try {
        await invocation.api.delete(path`/vhosts/${name}`)
      } catch (error) {
        if (!isNotFound(error)) throw error
        throw new CliError(EXIT.data, `Virtual host '${name}' does not exist`, { cause: error })
      }
      return DONE
    },
  },
  {
    ...base,
    name: 'update_vhost_metadata',
    summary: 'Changes what is known of a virtual host',
    arguments: [{ name: 'V' }],
    options: {
      ...METADATA_OPTIONS,
      'protected-from-deletion': { kind: 'switch', doc: 'Refuses its deletion' },
    },
    banner: ({ args }) => `Updating metadata of vhost "${args[0]}" ...`,
    run: async (invocation) => {
      const changes = metadataIn(invocation)
      const protects = invocation.flag('protected-from-deletion')
      if (Object.keys(changes).length === 0 && !protects) {
        throw new UsageError('at least one option is needed: --description, --tags, --default-queue-type')
      }
      await update(invocation, invocation.arg(0), changes)
      if (protects) await invocation.api.post(path`/vhosts/${invocation.arg(0)}/deletion/protection`)
      return DONE
    },
  },
  {
    ...base,
    name: 'set_vhost_tags',
    summary: 'Sets the tags of a virtual host',
    arguments: [{ name: 'V' }, { name: 'TAG', isOptional: true, isRepeated: true }],
    banner: ({ args }) => `Setting tags for vhost "${args[0]}" to [${args.slice(1).join(', ')}] ...`,
    run: async (invocation) => {
      const [name = '', ...tags] = invocation.args
      await update(invocation, name, { tags })
      return DONE
    },
  },
  {
    ...base,
    name: 'enable_vhost_deletion_protection',
    summary: 'Refuses the deletion of a virtual host',
    arguments: [{ name: 'V' }],
    banner: ({ args }) => `Protecting virtual host '${args[0]}' from removal ...`,
    run: async (invocation) => {
      await requireVhost(invocation, invocation.arg(0), EXIT.unavailable)
      await invocation.api.post(path`/vhosts/${invocation.arg(0)}/deletion/protection`)
      return DONE
    },
  },
  {
    ...base,
    name: 'disable_vhost_deletion_protection',
    summary: 'Allows the deletion of a virtual host',
    arguments: [{ name: 'V' }],
    banner: ({ args }) => `Removing deletion protection from virtual host '${args[0]}' ...`,
    run: async (invocation) => {
      await requireVhost(invocation, invocation.arg(0), EXIT.unavailable)
      await invocation.api.delete(path`/vhosts/${invocation.arg(0)}/deletion/protection`)
      return DONE
    },
  },
  {
    ...base,
    name: 'list_vhosts',
    tools: ['rabbitmqctl', 'rabbitmq-diagnostics'],
    summary: 'Virtual hosts',
    arguments: [{ name: 'COLUMN', isOptional: true, isRepeated: true }],
    columns: Object.keys(COLUMNS),
    banner: () => 'Listing vhosts ...',
    run: async (invocation) => {
      const columns = columnsOf(invocation, COLUMNS, ['name'])
      return tableOf(await invocation.api.list('/vhosts'), columns, COLUMNS)
    },
  },
  {
    ...base,
    name: 'set_vhost_limits',
    summary: 'Limits the connections and queues of a virtual host',
    arguments: [{ name: 'JSON' }],
    banner: ({ args, vhost }) => `Setting vhost limits to "${args[0]}" for vhost "${vhost}" ...`,
    run: async (invocation) => {
      const { api, vhost } = invocation
      await requireVhost(invocation, vhost, EXIT.unavailable)
      for (const [name, value] of limitsIn(invocation.arg(0))) {
        await api.put(path`/vhost-limits/${vhost}/${name}`, { value })
      }
      return DONE
    },
  },
  {
    ...base,
    name: 'clear_vhost_limits',
    summary: 'Lifts the limits of a virtual host',
    banner: ({ vhost }) => `Clearing vhost "${vhost}" limits ...`,
    run: async ({ api, vhost }) => {
      for (const name of ['max-connections', 'max-queues']) {
        await ifThere(api.delete(path`/vhost-limits/${vhost}/${name}`))
      }
      return DONE
    },
  },
  {
    ...base,
    name: 'list_vhost_limits',
    summary: 'Limits of a virtual host, or of all',
    options: { global: { kind: 'switch', doc: 'Of all virtual hosts' } },
    banner: (invocation) =>
      invocation.flag('global')
        ? 'Listing limits for all vhosts ...'
        : `Listing limits for vhost "${invocation.vhost}" ...`,
    run: async (invocation) => {
      const { api, vhost } = invocation
      if (invocation.flag('global')) return allLimits(await api.list('/vhost-limits'), 'vhost')
      await requireVhost(invocation, vhost, EXIT.unavailable)
      return limitText(await api.list(path`/vhost-limits/${vhost}`))
    },
  },
  {
    ...base,
    name: 'trace_on',
    summary: 'Copies every message of a virtual host to the exchange amq.rabbitmq.trace',
    banner: ({ vhost }) => `Starting tracing for vhost "${vhost}" ...`,
    run: async (invocation) => {
      await update(invocation, invocation.vhost, { tracing: true })
      return text(`Trace enabled for vhost ${invocation.vhost}`)
    },
  },
  {
    ...base,
    name: 'trace_off',
    summary: 'Ends that',
    banner: ({ vhost }) => `Stopping tracing for vhost "${vhost}" ...`,
    run: async (invocation) => {
      await update(invocation, invocation.vhost, { tracing: false })
      return text(`Trace disabled for vhost ${invocation.vhost}`)
    },
  },
]

function metadataIn(invocation: Invocation): JsonObject {
  const description = invocation.text('description')
  const tags = invocation.text('tags')
  const type = invocation.text('default-queue-type')
  return {
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags: tags.split(',').filter((tag) => tag !== '') }),
    ...(type === undefined ? {} : { default_queue_type: type }),
  }
}

/** Changes some of what is known of a vhost and keeps the rest, which a PUT without it would clear. */
async function update({ api }: Invocation, name: string, changes: JsonObject): Promise<void> {
  const vhost = await api.find(path`/vhosts/${name}`)
  if (vhost === undefined) throw new CliError(EXIT.unavailable, `Virtual host '${name}' does not exist`)
  const known = objectIn(vhost.metadata)
  const type = textIn(known.default_queue_type ?? vhost.default_queue_type)
  const kept: Record<string, Json> = {
    description: textIn(known.description ?? vhost.description),
    tags: (known.tags ?? vhost.tags ?? []) as Json,
    ...(type === '' || type === 'undefined' ? {} : { default_queue_type: type }),
    tracing: (field('tracing')(vhost) ?? false) as Json,
  }
  await api.put(path`/vhosts/${name}`, { ...kept, ...changes })
}
