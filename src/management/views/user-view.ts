import { userLimitsObject } from '../../auth/user-doors.js'
import type { Permission, TopicPermission, User } from '../../auth/users.js'
import type { JsonObject } from '../json.js'

export function userView(user: User): JsonObject {
  return {
    hashing_algorithm: user.passwordHash?.algorithm ?? 'rabbit_password_hashing_sha256',
    limits: userLimitsObject(user.limits),
    name: user.name,
    password_hash: user.passwordHash?.hash ?? '',
    tags: user.tags,
  }
}

export function permissionView({ user, vhost, configure, write, read }: Permission): JsonObject {
  return { configure, read, user, vhost, write }
}

export function topicPermissionView({ user, vhost, exchange, write, read }: TopicPermission): JsonObject {
  return { exchange, read, user, vhost, write }
}
