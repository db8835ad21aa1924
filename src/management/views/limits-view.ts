import { userLimitsObject } from '../../auth/user-doors.js'
import type { User } from '../../auth/users.js'
import { limitsObject } from '../../core/doors/parameter-doors.js'
import type { Vhost } from '../../core/topology/vhost.js'
import type { JsonObject } from '../json.js'

/** Limits of vhosts; those without any are left out. */
export function vhostLimitViews(vhosts: readonly Vhost[]): JsonObject[] {
  return vhosts
    .map(({ name, limits }) => ({ vhost: name, value: limitsObject(limits) }))
    .filter(({ value }) => Object.keys(value).length > 0)
}

/** Limits of users; those without any are left out. */
export function userLimitViews(users: readonly User[]): JsonObject[] {
  return users
    .map(({ name, limits }) => ({ user: name, value: userLimitsObject(limits) }))
    .filter(({ value }) => Object.keys(value).length > 0)
}
