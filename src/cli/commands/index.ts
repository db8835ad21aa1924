import type { Command, Tool } from '../command.js'
import { ADMIN_COMMANDS } from './admin.js'
import { CONNECTION_COMMANDS } from './connections.js'
import { DEFINITION_COMMANDS } from './definitions.js'
import { DIAGNOSTIC_COMMANDS } from './diagnostics.js'
import { FOLLOWING_COMMANDS } from './following.js'
import { HEALTH_COMMANDS } from './health.js'
import { helpCommands } from './help.js'
import { IMPORT_COMMANDS } from './import-from.js'
import { LINK_COMMANDS } from './links.js'
import { LISTING_COMMANDS } from './listings.js'
import { MAINTENANCE_COMMANDS } from './maintenance.js'
import { MESSAGE_SIZE_COMMANDS } from './message-sizes.js'
import { NODE_COMMANDS } from './node-control.js'
import { OFFLINE_COMMANDS } from './offline.js'
import { PERMISSION_COMMANDS } from './permissions.js'
import { PLUGIN_COMMANDS } from './plugins.js'
import { POLICY_COMMANDS } from './policies.js'
import { QUEUE_COMMANDS } from './queues.js'
import { STATUS_COMMANDS } from './status.js'
import { STREAM_COMMANDS } from './streams.js'
import { USER_COMMANDS } from './users.js'
import { VHOST_COMMANDS } from './vhosts.js'
import { COMMANDS_WITHOUT_EFFECT } from './without-effect.js'

/** Letters that may differ for a name to be meant. */
const DISTANCE_MAX = 3

/** Every command. */
export const COMMANDS: readonly Command[] = [
  ...USER_COMMANDS,
  ...PERMISSION_COMMANDS,
  ...VHOST_COMMANDS,
  ...POLICY_COMMANDS,
  ...DEFINITION_COMMANDS,
  ...LISTING_COMMANDS,
  ...CONNECTION_COMMANDS,
  ...QUEUE_COMMANDS,
  ...STREAM_COMMANDS,
  ...STATUS_COMMANDS,
  ...NODE_COMMANDS,
  ...MAINTENANCE_COMMANDS,
  ...LINK_COMMANDS,
  ...HEALTH_COMMANDS,
  ...DIAGNOSTIC_COMMANDS,
  ...FOLLOWING_COMMANDS,
  ...MESSAGE_SIZE_COMMANDS,
  ...PLUGIN_COMMANDS,
  ...ADMIN_COMMANDS,
  ...OFFLINE_COMMANDS,
  ...IMPORT_COMMANDS,
  ...helpCommands(() => COMMANDS),
  ...COMMANDS_WITHOUT_EFFECT,
]

/** The command of that name; one of `tool` first when two tools use the name. */
export function commandNamed(name: string, tool?: Tool): Command | undefined {
  const named = COMMANDS.filter((command) => command.name === name || command.aliases?.includes(name))
  return named.find(({ tools }) => tool !== undefined && tools.includes(tool)) ?? named[0]
}

/** The name that was probably meant by the first words of a line. */
export function nearestCommand(words: readonly string[]): string | undefined {
  let nearest: string | undefined
  let least = DISTANCE_MAX + 1
  for (const { name } of COMMANDS) {
    const typed = words.slice(0, name.split(' ').length).join(' ')
    const distance = distanceOf(typed, name)
    if (distance < least) {
      least = distance
      nearest = name
    }
  }
  return nearest
}

/** Letters to insert, delete or replace. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
