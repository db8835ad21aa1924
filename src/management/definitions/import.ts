import type { Permission, TopicPermission, User } from '../../auth/users.js'
import { checkPermission, checkTopicPermission, checkUser } from '../../auth/users.js'
import type { BrokerDoors } from '../../core/doors/broker-doors.js'
import type { Actor, Durable } from '../../core/doors.js'
import { BrokerError } from '../../core/errors.js'
import { tableFromPlain } from '../../core/field-table.js'
import { UnrestrictedPrincipal } from '../../core/permission.js'
import type { ParameterValue } from '../../core/policy/parameter-value.js'
import type { PolicyRequest } from '../../core/policy/policy-validation.js'
import { booleanIn, objectIn, textIn } from '../http/body.js'
import { badRequest, HttpError } from '../http/http-error.js'
import { isJsonObject, type Json, type JsonObject } from '../json.js'
import type { ManagementServices } from '../management-services.js'
import { userFrom } from '../user-request.js'
import { metadataFrom } from '../vhost-request.js'

/** Releases whose files mean MD5 by a password hash that names no algorithm. */
const MD5_VERSIONS = /^3\.[0-5]\./
const RESERVED_PREFIX = 'amq.'
const SECTIONS = [
  'users',
  'vhosts',
  'permissions',
  'topic_permissions',
  'global_parameters',
  'policies',
  'parameters',
  'exchanges',
  'queues',
  'bindings',
] as const
type Section = (typeof SECTIONS)[number]

/**
 * Imports a definitions file of RabbitMQ or ours; into one vhost when `vhost` names it. Nothing is deleted; queues and
 * exchanges that exist stay as they are, everything else is replaced. All of it or nothing, also over a crash: the
 * import is tried on a copy first. Throws 400 that names the section, the entry and what is wrong with it.
 */
export async function importDefinitions(
  services: ManagementServices,
  userName: string,
  file: JsonObject,
  vhost?: string,
): Promise<void> {
  const actor: Actor = { principal: new UnrestrictedPrincipal(userName), connectionId: 0 }
  const plan = new ImportPlan(file, actor, vhost)
  // Passwords may take long to hash. From here on everything happens within one turn.
  const users = vhost === undefined ? await plan.users(services) : []
  const known = new Set([...services.users.directory.users(), ...users].map(({ name }) => name))
  const permissions = vhost === undefined ? plan.permissions(known) : []
  const topicPermissions = vhost === undefined ? plan.topicPermissions(known) : []
  plan.apply(services.doors.rehearsal())
  let durable: Durable
  services.doors.atomically(() => {
    for (const user of users) durable = services.users.putUser(actor, user).durable ?? durable
    plan.apply(services.doors)
    for (const each of permissions) durable = services.users.setPermission(actor, each).durable ?? durable
    for (const each of topicPermissions)
      durable = services.users.setTopicPermission(actor, each).durable ?? durable
  })
  // Changes become durable in their order: what the doors say they have covers all of it.
  await durable
  await plan.durable
}

/** The entries of a file, and how each is put into the broker. */
class ImportPlan {
  /** Of the last change that {@link apply} made. */
  durable: Durable
  readonly #file: JsonObject
  readonly #actor: Actor
  readonly #vhost: string | undefined

  constructor(file: JsonObject, actor: Actor, vhost: string | undefined) {
    this.#file = file
    this.#actor = actor
    this.#vhost = vhost
    for (const section of SECTIONS) entriesOf(file, section)
  }

  async users(services: ManagementServices): Promise<User[]> {
    const version = String(this.#file.rabbitmq_version ?? this.#file.rabbit_version ?? '')
    const fallback = MD5_VERSIONS.test(version) ? 'rabbit_password_hashing_md5' : services.hashing
    const users: User[] = []
    for (const [index, entry] of entriesOf(this.#file, 'users').entries()) {
      try {
        const user = await userFrom(services, { ...entry, name: nameIn(entry, 'name') }, fallback)
        checkUser(user)
        users.push(user)
      } catch (error) {
        throw naming('users', index, entry, error)
      }
    }
    return users
  }

  permissions(knownUsers: ReadonlySet<string>): Permission[] {
    return this.#map('permissions', (entry) => {
      const permission = {
        user: nameIn(entry, 'user'),
        vhost: nameIn(entry, 'vhost'),
        configure: textIn(entry, 'configure', ''),
        write: textIn(entry, 'write', ''),
        read: textIn(entry, 'read', ''),
      }
      if (!knownUsers.has(permission.user)) throw badRequest(`there is no user '${permission.user}'`)
      checkPermission(permission)
      return permission
    })
  }

  topicPermissions(knownUsers: ReadonlySet<string>): TopicPermission[] {
    return this.#map('topic_permissions', (entry) => {
      const permission = {
        user: nameIn(entry, 'user'),
        vhost: nameIn(entry, 'vhost'),
        exchange: textIn(entry, 'exchange', ''),
        write: textIn(entry, 'write', ''),
        read: textIn(entry, 'read', ''),
      }
      if (!knownUsers.has(permission.user)) throw badRequest(`there is no user '${permission.user}'`)
      checkTopicPermission(permission)
      return permission
    })
  }

  /** Puts everything but users and their rights into a broker, or into a rehearsal of one. */
  apply(doors: BrokerDoors): void {
    const actor = this.#actor
    if (this.#vhost === undefined) this.#map('vhosts', (entry) => this.#putVhost(doors, entry))
    else this.#putOwnLimits(doors, this.#vhost)
    // A permission that speaks of a vhost that does not come into being could never be used.
    if (this.#vhost === undefined) {
      for (const section of ['permissions', 'topic_permissions'] as const) {
        this.#map(section, (entry) => checkVhost(doors, nameIn(entry, 'vhost')))
      }
      this.#map('global_parameters', (entry) => {
        const name = nameIn(entry, 'name')
        // Names another cluster, which this one is not.
        if (name === 'internal_cluster_id') return
        this.#note(doors.setGlobalParameter(actor, name, (entry.value ?? null) as ParameterValue).durable)
      })
    }
    this.#map('policies', (entry) => {
      this.#note(doors.setPolicy(actor, this.#vhostOf(doors, entry), policyFrom(entry)).durable)
    })
    this.#map('parameters', (entry) => this.#putParameter(doors, entry))
    this.#map('exchanges', (entry) => this.#putExchange(doors, entry))
    this.#map('queues', (entry) => this.#putQueue(doors, entry))
    this.#map('bindings', (entry) => this.#putBinding(doors, entry))
  }

  #putVhost(doors: BrokerDoors, entry: JsonObject): void {
    const name = nameIn(entry, 'name')
    const metadata = metadataFrom(entry)
    const { created, durable } = doors.createVhost(this.#actor, name, metadata)
    this.#note(created ? durable : doors.setVhostMetadata(this.#actor, name, metadata))
    this.#putLimits(doors, name, entry.limits)
  }

  #putOwnLimits(doors: BrokerDoors, vhost: string): void {
    checkVhost(doors, vhost)
    this.#putLimits(doors, vhost, this.#file.limits)
  }

  /** As an object, or as RabbitMQ 3 wrote them, in a list. An empty list is none. */
  #putLimits(doors: BrokerDoors, vhost: string, limits: Json | undefined): void {
    for (const each of Array.isArray(limits) ? (limits as readonly Json[]) : [limits]) {
      const value = isJsonObject(each) && isJsonObject(each.value) ? each.value : each
      if (!isJsonObject(value) || Object.keys(value).length === 0) continue
      const put = doors.setParameter(this.#actor, vhost, 'vhost-limits', 'limits', value as ParameterValue)
      this.#note(put.durable)
    }
  }

  #putParameter(doors: BrokerDoors, entry: JsonObject): void {
    const vhost = this.#vhostOf(doors, entry)
    const component = nameIn(entry, 'component')
    const name = nameIn(entry, 'name')
    const value = (entry.value ?? null) as ParameterValue
    if (component === 'operator_policy') {
      if (!isJsonObject(value)) throw badRequest('the value is not an object')
      const policy = policyFrom({ ...(value as JsonObject), name })
      this.#note(doors.setOperatorPolicy(this.#actor, vhost, policy).durable)
    } else {
      this.#note(doors.setParameter(this.#actor, vhost, component, name, value).durable)
    }
  }

  #putExchange(doors: BrokerDoors, entry: JsonObject): void {
    const vhost = this.#vhostOf(doors, entry)
    const name = textIn(entry, 'name', '')
    if (doors.topology.vhosts.get(vhost)?.exchanges.has(name)) return
    this.#note(
      doors.declareExchange(this.#actor, vhost, {
        name,
        type: textIn(entry, 'type', 'direct'),
        durable: booleanIn(entry, 'durable', true),
        autoDelete: booleanIn(entry, 'auto_delete', false),
        internal: booleanIn(entry, 'internal', false),
        arguments: tableFromPlain(objectIn(entry, 'arguments')),
      }),
    )
  }

  #putQueue(doors: BrokerDoors, entry: JsonObject): void {
    const vhost = this.#vhostOf(doors, entry)
    const name = nameIn(entry, 'name')
    if (name.startsWith(RESERVED_PREFIX) || doors.topology.vhosts.get(vhost)?.queues.has(name)) return
    const args = objectIn(entry, 'arguments')
    const type = textIn(entry, 'type', '')
    const typed = type === '' || args['x-queue-type'] !== undefined ? args : { ...args, 'x-queue-type': type }
    this.#note(
      doors.declareQueue(this.#actor, vhost, {
        name,
        durable: booleanIn(entry, 'durable', true),
        exclusive: false,
        autoDelete: booleanIn(entry, 'auto_delete', false),
        arguments: tableFromPlain(typed),
      }).durable,
    )
  }

  #putBinding(doors: BrokerDoors, entry: JsonObject): void {
    const source = textIn(entry, 'source', '')
    if (source === '') return
    const destinationKind = textIn(entry, 'destination_type', 'queue')
    if (destinationKind !== 'queue' && destinationKind !== 'exchange') {
      throw badRequest(`destination_type is neither queue nor exchange but '${destinationKind}'`)
    }
    this.#note(
      doors.bind(this.#actor, this.#vhostOf(doors, entry), {
        source,
        destinationKind,
        destination: nameIn(entry, 'destination'),
        routingKey: textIn(entry, 'routing_key', ''),
        arguments: tableFromPlain(objectIn(entry, 'arguments')),
      }),
    )
  }

  #vhostOf(doors: BrokerDoors, entry: JsonObject): string {
    const vhost = this.#vhost ?? nameIn(entry, 'vhost')
    checkVhost(doors, vhost)
    return vhost
  }

  #map<T>(section: Section, make: (entry: JsonObject) => T): T[] {
    return entriesOf(this.#file, section).map((entry, index) => {
      try {
        return make(entry)
      } catch (error) {
        throw naming(section, index, entry, error)
      }
    })
  }

  #note(durable: Durable): void {
    this.durable = durable ?? this.durable
  }
}

function entriesOf(file: JsonObject, section: Section): readonly JsonObject[] {
  const entries = file[section]
  if (entries === undefined || entries === null) return []
  if (!Array.isArray(entries)) throw badRequest(`${section} is not a list`)
  const wrong = entries.findIndex((entry) => !isJsonObject(entry))
  if (wrong >= 0) throw badRequest(`${section}[${wrong}] is not an object`)
  return entries as readonly JsonObject[]
}

function nameIn(entry: JsonObject, key: string): string {
  const name = entry[key]
  if (typeof name !== 'string' || name === '') throw badRequest(`${key} is missing`)
  return name
}

function policyFrom(entry: JsonObject): PolicyRequest {
  return {
    name: nameIn(entry, 'name'),
    pattern: (entry.pattern ?? null) as ParameterValue,
    definition: (entry.definition ?? null) as ParameterValue,
    priority: (entry.priority ?? 0) as ParameterValue,
    applyTo: (entry['apply-to'] ?? 'all') as ParameterValue,
  }
}

function checkVhost(doors: BrokerDoors, vhost: string): void {
  if (!doors.topology.vhosts.has(vhost)) throw badRequest(`there is no vhost '${vhost}'`)
}

/** The refusal with the entry that it is about. */
function naming(section: Section, index: number, entry: JsonObject, error: unknown): unknown {
  const reason =
    error instanceof BrokerError
      ? error.explanation
      : error instanceof HttpError
        ? typeof error.reason === 'string'
          ? error.reason
          : JSON.stringify(error.reason)
        : undefined
  if (reason === undefined) return error
  const name = entry.name ?? entry.user ?? entry.source
  const shown = typeof name === 'string' ? ` '${name}'` : ''
  return badRequest(`${section}[${index}]${shown}: ${reason.trim()}`)
}
