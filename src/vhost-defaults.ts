import { randomBytes } from 'node:crypto'
import { createPasswordHash, type HashingAlgorithm, type PasswordHash } from './auth/password-hash.js'
import { PatternMatcher } from './auth/pattern/pattern-matcher.js'
import type { UserDoors } from './auth/user-doors.js'
import type { DefaultVhostUser, VhostDefaultsOptions } from './config/broker-options.js'
import { ConfigError } from './config/config-error.js'
import type { BrokerDoors } from './core/doors/broker-doors.js'
import type { Actor } from './core/doors.js'

interface PreparedUser extends DefaultVhostUser {
  readonly passwordHash: PasswordHash
}

/** Gives new vhosts what the configuration says: users with permissions, operator policies, limits. */
export class VhostDefaults {
  readonly #options: VhostDefaultsOptions
  readonly #users: readonly PreparedUser[]
  readonly #doors: BrokerDoors
  readonly #userDoors: UserDoors
  readonly #actor: Actor

  private constructor(
    options: VhostDefaultsOptions,
    users: readonly PreparedUser[],
    { doors, userDoors, actor }: VhostDefaultsParts,
  ) {
    this.#options = options
    this.#users = users
    this.#doors = doors
    this.#userDoors = userDoors
    this.#actor = actor
  }

  /**
   * Passwords are hashed here, so that a vhost has everything in the turn in which it is made. Undefined when there is
   * nothing to give. Throws {@link ConfigError} on a pattern that is none.
   */
  static async prepare(
    options: VhostDefaultsOptions,
    parts: VhostDefaultsParts,
  ): Promise<VhostDefaults | undefined> {
    const all = [...options.users, ...options.operatorPolicies, ...options.limits]
    if (all.length === 0) return undefined
    for (const { vhostPattern } of all) matches(vhostPattern, '')
    const users: PreparedUser[] = []
    for (const user of options.users) {
      // Without a password it is one that nobody knows: an operator sets another.
      const password = user.password ?? randomBytes(32).toString('base64')
      users.push({ ...user, passwordHash: await createPasswordHash(password, parts.hashing) })
    }
    return new VhostDefaults(options, users, parts)
  }

  /** For a vhost that was just made. Users who are there keep their passwords and tags. */
  applyTo(vhost: string): void {
    const limits = this.#options.limits.find(({ vhostPattern }) => matches(vhostPattern, vhost))
    if (limits !== undefined) {
      const { maxConnections, maxQueues } = limits
      this.#doors.setVhostLimits(this.#actor, vhost, {
        ...(maxConnections !== undefined && { maxConnections }),
        ...(maxQueues !== undefined && { maxQueues }),
      })
    }
    for (const policy of this.#options.operatorPolicies) {
      if (!matches(policy.vhostPattern, vhost)) continue
      const { name, queuePattern: pattern, applyTo, definition } = policy
      this.#doors.setOperatorPolicy(this.#actor, vhost, { name, pattern, applyTo, definition })
    }
    for (const user of this.#users) {
      if (!matches(user.vhostPattern, vhost)) continue
      const { name, tags, passwordHash, permissions } = user
      if (this.#userDoors.directory.user(name) === undefined) {
        this.#userDoors.putUser(this.#actor, { name, passwordHash, tags, limits: {} })
      }
      this.#userDoors.setPermission(this.#actor, { user: name, vhost, ...permissions })
    }
  }
}

/** What is given goes through these. */
export interface VhostDefaultsParts {
  readonly doors: BrokerDoors
  readonly userDoors: UserDoors
  readonly actor: Actor
  readonly hashing: HashingAlgorithm
}

function matches(pattern: string, vhost: string): boolean {
  try {
    return new PatternMatcher(pattern).isIn(vhost)
  } catch (cause) {
    throw new ConfigError(`"${pattern}" is no pattern of virtual hosts: ${(cause as Error).message}`, {
      cause,
    })
  }
}
