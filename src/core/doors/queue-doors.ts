import type { FieldTable, FieldValue } from '../../protocol/amqp091/field-table.js'
import type { Actor, Durable, QueueDeclared, QueueDeclareRequest, ReadableQueue } from '../doors.js'
import { fieldTypeName } from '../erlang-text.js'
import { BrokerError } from '../errors.js'
import type { QueueType } from '../queue/settings.js'
import { describeResource } from '../resource.js'
import type { QueueRecord } from '../topology/queue-record.js'
import type { Vhost } from '../topology/vhost.js'
import { checkNotLocked, type DoorContext, locked, queueNamed, vhostNamed } from './door-context.js'
import { checkSame, checkSameArguments } from './equivalence.js'
import { checkNotReserved, withoutLineEnds } from './names.js'
import type { PolicyApplication } from './policy-application.js'
import {
  askedQueueType,
  checkQueueArguments,
  QUEUE_TYPE_ARGUMENTS,
  QUEUE_TYPE_MODULES,
} from './queue-arguments.js'
import type { QueueIds } from './queue-ids.js'
import type { Removal } from './removal.js'

const SERVER_NAME_PREFIX = 'amq.gen-'
/** 22 characters of base64url. */
const SERVER_NAME_OCTETS = 16
const DEAD_LETTER_EXCHANGE = 'x-dead-letter-exchange'
const UNCONDITIONAL = { ifUnused: false, ifEmpty: false }

/** Declaring, deleting, purging and reading queues. */
export class QueueDoors {
  private readonly context: DoorContext
  private readonly removal: Removal
  private readonly policies: PolicyApplication
  private readonly ids: QueueIds
  /** Exclusive queues by the connection that owns them. */
  private readonly owned = new Map<number, Set<QueueRecord>>()
  /** Queues that a shard is deleting just now. */
  private readonly leaving = new Set<number>()

  constructor(context: DoorContext, removal: Removal, policies: PolicyApplication, ids: QueueIds) {
    this.context = context
    this.removal = removal
    this.policies = policies
    this.ids = ids
  }

  declare(actor: Actor, vhostName: string, requested: QueueDeclareRequest): QueueDeclared {
    const vhost = vhostNamed(this.context.topology, vhostName)
    const given = withoutLineEnds(requested.name)
    const name = given === '' ? this.serverName(vhost, requested) : given
    this.context.permissions.check(actor.principal, vhostName, 'queue', name, 'configure')
    const existing = vhost.queues.get(name)
    this.context.topology.queueDeclares += 1
    if (existing !== undefined) return this.declareAgain(actor, existing, requested)
    if (given !== '') checkNotReserved('queue', name)
    const type = this.typeFor(vhost, name, requested)
    const request = { ...requested, name, arguments: withType(requested.arguments, type) }
    this.checkDeadLetterExchange(actor, vhostName, name, request.arguments.get(DEAD_LETTER_EXCHANGE))
    checkQueueArguments(type, request.arguments, vhostName, name)
    this.checkLimits(vhost, name)
    checkFlags(type, vhostName, request)
    const durable = this.create(actor, vhost, type, request)
    return { name, messageCount: 0, consumerCount: 0, durable }
  }

  check(actor: Actor, vhostName: string, requestedName: string): QueueDeclared {
    const name = withoutLineEnds(requestedName)
    this.context.permissions.checkAny(actor.principal, vhostName, 'queue', name)
    const queue = queueNamed(vhostNamed(this.context.topology, vhostName), name)
    checkNotLocked(queue, actor.connectionId)
    return this.declared(queue, undefined)
  }

  delete(
    actor: Actor,
    vhostName: string,
    requestedName: string,
    conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): { readonly messageCount: number; readonly durable: Durable } {
    const name = withoutLineEnds(requestedName)
    this.context.permissions.check(actor.principal, vhostName, 'queue', name, 'configure')
    const queue = vhostNamed(this.context.topology, vhostName).queues.get(name)
    if (queue === undefined) return { messageCount: 0, durable: this.context.log.barrier() }
    checkNotLocked(queue, actor.connectionId)
    const messageCount = this.deleteFromShard(queue, conditions)
    return { messageCount, durable: this.forget(queue, actor.principal.name) }
  }

  purge(actor: Actor, vhostName: string, name: string): number {
    const queue = this.readable(actor, vhostName, name)
    if (queue.type === 'stream') {
      const shown = describeResource('queue', name, vhostName)
      throw new BrokerError('NOT_IMPLEMENTED', `queue.purge not supported by stream queues ${shown}`)
    }
    return this.context.shards.portFor(queue.id).purgeQueue(queue.id)
  }

  /** The permission comes first: nobody learns from a refusal what exists. */
  readable(actor: Actor, vhostName: string, name: string): ReadableQueue {
    this.context.permissions.check(actor.principal, vhostName, 'queue', name, 'read')
    const queue = queueNamed(vhostNamed(this.context.topology, vhostName), name)
    checkNotLocked(queue, actor.connectionId)
    return queue
  }

  /** Deletes the exclusive queues of a connection that is gone. */
  releaseConnection(connectionId: number): void {
    for (const queue of [...(this.owned.get(connectionId) ?? [])]) this.discard(queue)
    this.owned.delete(connectionId)
  }

  /** A shard found that the queue has outlived its use. */
  unused(queueId: number): void {
    const queue = this.context.topology.queue(queueId)
    if (queue !== undefined && !this.leaving.has(queueId)) this.discard(queue)
  }

  /** Deletes a queue of the broker's own accord. */
  discard(queue: QueueRecord, user?: string): Durable {
    this.deleteFromShard(queue, UNCONDITIONAL)
    return this.forget(queue, user)
  }

  /** The vhost goes: its queues leave their shards. The topology keeps them until the vhost leaves it whole. */
  discardAll(vhost: Vhost, user: string | undefined): void {
    for (const queue of vhost.queues.values()) {
      this.deleteFromShard(queue, UNCONDITIONAL)
      this.disown(queue)
      const { name, type } = queue
      this.context.events.emit('queue.deleted', { vhost: vhost.name, name, type, user })
    }
  }

  /** What the deletion causes, such as the end of the last consumer, is no cause for another. */
  private deleteFromShard(queue: QueueRecord, conditions: typeof UNCONDITIONAL): number {
    this.leaving.add(queue.id)
    try {
      return this.context.shards.portFor(queue.id).deleteQueue(queue.id, conditions)
    } finally {
      this.leaving.delete(queue.id)
    }
  }

  /** The queue is gone from its shard: it goes from everywhere else. */
  private forget(queue: QueueRecord, user: string | undefined): Durable {
    this.disown(queue)
    return this.removal.queue(queue, user)
  }

  private disown(queue: QueueRecord): void {
    const owned = this.owned.get(queue.ownerConnectionId)
    owned?.delete(queue)
    if (owned?.size === 0) this.owned.delete(queue.ownerConnectionId)
  }

  private declareAgain(actor: Actor, queue: QueueRecord, request: QueueDeclareRequest): QueueDeclared {
    checkNotLocked(queue, actor.connectionId)
    if (queue.exclusive !== request.exclusive) throw locked(queue)
    const resource = describeResource('queue', queue.name, queue.vhost.name)
    checkSame(resource, 'durable', queue.durable, isDurable(request))
    checkSame(resource, 'auto_delete', queue.autoDelete, request.autoDelete)
    const type = saysType(request.arguments) ? undefined : this.defaultType(queue.vhost, request)
    const args = type === undefined ? request.arguments : withType(request.arguments, type)
    checkSameArguments(resource, QUEUE_TYPE_ARGUMENTS[queue.type], queue.arguments, args)
    this.context.shards.portFor(queue.id).touchQueue(queue.id)
    return this.declared(queue, queue.durable ? this.context.log.barrier() : undefined)
  }

  private declared(queue: QueueRecord, durable: Durable): QueueDeclared {
    const counts = this.context.shards.portFor(queue.id).countsOf(queue.id)
    return {
      name: queue.name,
      messageCount: counts.ready,
      consumerCount: counts.consumers,
      durable,
    }
  }

  private create(actor: Actor, vhost: Vhost, type: QueueType, request: QueueDeclareRequest): Durable {
    const { topology, shards, log, events } = this.context
    const { name, exclusive, autoDelete, arguments: args } = request
    const durable = isDurable(request)
    const ownerConnectionId = exclusive ? actor.connectionId : 0
    const id = this.ids.take()
    const maker = actor.principal.name
    const queue = topology.addQueue(vhost, {
      id,
      name,
      type,
      durable,
      autoDelete,
      exclusive,
      ownerConnectionId,
      arguments: args,
      maker,
    })
    this.policies.applyTo(queue)
    try {
      const definition = queue.shardDefinition
      shards.portForNew(definition).createQueue(definition)
    } catch (error) {
      topology.removeQueue(queue)
      throw error
    }
    if (exclusive) this.own(queue)
    const facts = { vhost: vhost.name, name, type, autoDelete, arguments: args }
    const written = durable ? log.append({ kind: 'queue-put', id, ...facts, maker }) : undefined
    events.emit('queue.created', { ...facts, durable, exclusive, user: maker })
    return written
  }

  private own(queue: QueueRecord): void {
    const owned = this.owned.get(queue.ownerConnectionId)
    if (owned === undefined) this.owned.set(queue.ownerConnectionId, new Set([queue]))
    else owned.add(queue)
  }

  /** The name that the server gives. Throws PRECONDITION_FAILED for types that want one from the client. */
  private serverName(vhost: Vhost, request: QueueDeclareRequest): string {
    const name = SERVER_NAME_PREFIX + this.context.randomOctets(SERVER_NAME_OCTETS).toString('base64url')
    const type = this.typeFor(vhost, name, request)
    if (type !== 'classic') {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `Cannot declare a server-named queue for type ${QUEUE_TYPE_MODULES[type]}`,
      )
    }
    return name
  }

  private typeFor(vhost: Vhost, name: string, request: QueueDeclareRequest): QueueType {
    return askedQueueType(request.arguments, vhost.name, name) ?? this.defaultType(vhost, request)
  }

  /** The vhost's type, else the node's; but classic where these cannot take the flags, or want a name. */
  private defaultType(vhost: Vhost, request: QueueDeclareRequest): QueueType {
    const type = vhost.metadata.defaultQueueType ?? this.context.options.defaultQueueType
    return misfit(type, request) === undefined && withoutLineEnds(request.name) !== '' ? type : 'classic'
  }

  private checkDeadLetterExchange(
    actor: Actor,
    vhost: string,
    name: string,
    field: FieldValue | undefined,
  ): void {
    if (field === undefined) return
    if (field.tag !== 'S') {
      const type = fieldTypeName(field)
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `invalid type '${type}' for arg '${DEAD_LETTER_EXCHANGE}' in ${describeResource('queue', name, vhost)}`,
      )
    }
    const { permissions } = this.context
    permissions.check(actor.principal, vhost, 'queue', name, 'read')
    permissions.check(actor.principal, vhost, 'exchange', field.value.toString(), 'write')
  }

  private checkLimits(vhost: Vhost, name: string): void {
    const { maxQueues } = vhost.limits
    if (maxQueues !== undefined && maxQueues >= 0 && vhost.queues.size >= maxQueues) {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `cannot declare queue '${name}': queue limit in vhost '${vhost.name}' (${maxQueues}) is reached`,
      )
    }
    const { queueMax } = this.context.options
    if (this.context.topology.queueCount >= queueMax) {
      throw new BrokerError(
        'PRECONDITION_FAILED',
        `cannot declare queue '${name}': queue limit in cluster (${queueMax}) is reached`,
      )
    }
  }
}

/** An exclusive queue does not outlive its connection, whatever was asked. */
function isDurable(request: QueueDeclareRequest): boolean {
  return request.durable && !request.exclusive
}

/** The flag that a type does not take. */
function misfit(type: QueueType, request: QueueDeclareRequest): string | undefined {
  if (type === 'classic') return undefined
  if (request.autoDelete) return 'auto-delete'
  if (request.exclusive) return 'exclusive-owner'
  return request.durable ? undefined : 'non-durable'
}

function checkFlags(type: QueueType, vhost: string, request: QueueDeclareRequest): void {
  const property = misfit(type, request)
  if (property === undefined) return
  throw new BrokerError(
    'PRECONDITION_FAILED',
    `invalid property '${property}' for ${describeResource('queue', request.name, vhost)}`,
  )
}

/** `''` and `'undefined'` say nothing. */
function saysType(args: FieldTable): boolean {
  const field = args.get('x-queue-type')
  if (field === undefined) return false
  return field.tag !== 'S' || (field.value !== '' && field.value !== 'undefined')
}

function withType(args: FieldTable, type: QueueType): FieldTable {
  const current = args.get('x-queue-type')
  if (current?.tag === 'S' && current.value === type) return args
  return new Map(args).set('x-queue-type', { tag: 'S', value: type })
}
