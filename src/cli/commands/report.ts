import type { Command } from '../command.js'
import { Invocation } from '../invocation.js'
import { textIn } from '../json.js'
import { formatResult } from '../output/format.js'
import { LISTING_COMMANDS } from './listings.js'
import { PERMISSION_COMMANDS } from './permissions.js'
import { POLICY_COMMANDS } from './policies.js'
import { STATUS_COMMANDS } from './status.js'

const NODE_REPORTS = ['status', 'cluster_status', 'list_connections', 'list_channels']
const VHOST_REPORTS = [
  'list_queues',
  'list_exchanges',
  'list_bindings',
  'list_consumers',
  'list_permissions',
  'list_policies',
  'list_parameters',
]

/** Status and every list, one after the other. */
export async function reportText(invocation: Invocation): Promise<string> {
  const parts: string[] = []
  for (const name of NODE_REPORTS) parts.push(await part(invocation, name, '/'))
  for (const { name } of await invocation.api.list('/vhosts?columns=name')) {
    for (const report of VHOST_REPORTS) parts.push(await part(invocation, report, textIn(name)))
  }
  return parts.join('\n\n')
}

async function part(invocation: Invocation, name: string, vhost: string): Promise<string> {
  const command = commandOf(name)
  const { api, io, environment } = invocation
  const form = { formatter: 'table', headers: true } as const
  const own = new Invocation({ command, args: [], api, io, form, environment }, new Map([['vhost', vhost]]))
  const banner = [await command.banner?.(own)].flat().join('\n')
  return `${banner}\n${formatResult(await command.run(own), form)}`.trimEnd()
}

function commandOf(name: string): Command {
  const all = [...STATUS_COMMANDS, ...LISTING_COMMANDS, ...PERMISSION_COMMANDS, ...POLICY_COMMANDS]
  const command = all.find((each) => each.name === name)
  if (command === undefined) throw new Error(`no command ${name}`)
  return command
}
