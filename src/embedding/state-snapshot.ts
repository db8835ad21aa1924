import type { UserDoors } from '../auth/user-doors.js'
import type { Permission, TopicPermission, User } from '../auth/users.js'
import type { BrokerDoors } from '../core/doors/broker-doors.js'
import type { Actor, BindRequest, ExchangeDeclareRequest, QueueDeclareRequest } from '../core/doors.js'
import type { MessageView } from '../core/message.js'
import { UnrestrictedPrincipal } from '../core/permission.js'
import type { ParameterValue } from '../core/policy/parameter-value.js'
import type { PolicyDefinition } from '../core/policy/policy.js'
import type { PeekedMessage, Publisher, ShardPort } from '../core/shard-port.js'
import { policyDefinition } from '../core/topology/definition-snapshot.js'
import { isPredeclared } from '../core/topology/predeclared-exchanges.js'
import type { QueueRecord } from '../core/topology/queue-record.js'
import type { Parameter, Vhost, VhostLimits, VhostMetadata } from '../core/topology/vhost.js'
import { tableEquals } from '../protocol/amqp091/field-table.js'

/** What {@link takeState} remembers: keep it, and hand it back. */
export interface BrokerState {
  readonly vhosts: readonly VhostState[]
  readonly globalParameters: readonly (readonly [string, ParameterValue])[]
  readonly users: readonly User[]
  readonly permissions: readonly Permission[]
  readonly topicPermissions: readonly TopicPermission[]
  /** Of the directory of users: nothing has changed there while it stays the same. */
  readonly usersVersion: number
}

interface VhostState {
  readonly name: string
  readonly metadata: VhostMetadata
  readonly limits: VhostLimits
  readonly parameters: readonly Parameter[]
  readonly policies: readonly PolicyDefinition[]
  readonly operatorPolicies: readonly PolicyDefinition[]
  readonly exchanges: readonly ExchangeDeclareRequest[]
  readonly queues: readonly QueueState[]
  readonly bindings: readonly BindRequest[]
}

interface QueueState {
  readonly request: QueueDeclareRequest
  readonly messages: readonly MessageView[]
}

/** The parts of a broker that its state lies in. */
export interface StateParts {
  readonly doors: BrokerDoors
  readonly users: UserDoors
  readonly port: ShardPort
}

const PRINCIPAL = new UnrestrictedPrincipal('rmq-internal')
const ACTOR: Actor = { principal: PRINCIPAL, connectionId: 0 }
const UNCONDITIONAL = { ifUnused: false, ifEmpty: false }
const ALL = { from: undefined, messageMax: Number.MAX_SAFE_INTEGER, octetMax: Number.MAX_SAFE_INTEGER }
const NOBODY: Publisher = { confirmed() {}, refused() {} }

/**
 * All definitions, and the messages of all queues: unacked ones as if they were ready, since whoever holds them will
 * not be there again. Exclusive queues belong to their connections and are left out. Throws an Error when a message is
 * not in memory.
 */
export function takeState({ doors, users, port }: StateParts): BrokerState {
  const { directory } = users
  return {
    vhosts: [...doors.topology.vhosts.values()].map((vhost) => takeVhost(vhost, port)),
    globalParameters: [...doors.topology.globalParameters],
    users: [...directory.users()],
    permissions: [...directory.permissions()],
    topicPermissions: [...directory.topicPermissions()],
    usersVersion: directory.version,
  }
}

function takeVhost(vhost: Vhost, port: ShardPort): VhostState {
  const { name, metadata, limits } = vhost
  return {
    name,
    metadata,
    limits,
    parameters: [...vhost.allParameters()],
    policies: [...vhost.policies.values()].map(policyDefinition),
    operatorPolicies: [...vhost.operatorPolicies.values()].map(policyDefinition),
    exchanges: [...vhost.exchanges.values()]
      .filter((exchange) => !isPredeclared(exchange))
      .map(({ name, type, durable, autoDelete, internal, arguments: args }) => {
        return { name, type, durable, autoDelete, internal, arguments: new Map(args) }
      }),
    queues: [...vhost.queues.values()]
      .filter(({ exclusive }) => !exclusive)
      .map(({ id, name, durable, autoDelete, arguments: args }) => ({
        request: { name, durable, autoDelete, exclusive: false, arguments: new Map(args) },
        messages: messagesOf(port, id, name),
      })),
    bindings: [...vhost.bindings()]
      .filter(({ destination }) => destination.kind === 'exchange' || !destination.exclusive)
      .map(({ source, destination, routingKey, arguments: args }) => ({
        source: source.name,
        destinationKind: destination.kind,
        destination: destination.name,
        routingKey,
        arguments: new Map(args),
      })),
  }
}

function messagesOf(port: ShardPort, queueId: number, name: string): MessageView[] {
  let found: readonly PeekedMessage[] | undefined
  port.peek(queueId, ALL, (page) => {
    found = page.messages
  })
  if (found === undefined)
    throw new Error(`messages of queue '${name}' are on disk: a snapshot needs them in memory`)
  return found.map(({ message, expiresInMs }) => {
    // What is left to live is what it shall have again; its properties still say what its publisher said.
    if (expiresInMs !== undefined) message.expirationMs = Math.max(0, Math.round(expiresInMs))
    return message
  })
}

/**
 * Makes a broker what it was: takes away what was not there, queues of living connections included, and makes anew what
 * is no longer. Connections stay. A queue that is as it was declared then, and has nothing unacked, is emptied and keeps
 * its consumers; those of all other queues are cancelled.
 */
export function restoreState(parts: StateParts, state: BrokerState): void {
  const { doors, users } = parts
  const wanted = new Map(state.vhosts.map((vhost) => [vhost.name, vhost]))
  for (const vhost of [...doors.topology.vhosts.values()]) {
    const state = wanted.get(vhost.name)
    if (state === undefined) doors.deleteVhost(ACTOR, vhost.name)
    else emptyVhost(parts, vhost, state)
  }
  for (const name of [...doors.topology.globalParameters.keys()]) doors.clearGlobalParameter(ACTOR, name)
  for (const [name, value] of state.globalParameters) doors.setGlobalParameter(ACTOR, name, value)
  for (const vhost of state.vhosts) fillVhost(parts, vhost)
  if (users.directory.version !== state.usersVersion) restoreUsers(users, state)
  parts.port.flush()
}

function emptyVhost({ doors, port }: StateParts, vhost: Vhost, state: VhostState): void {
  const { name } = vhost
  const wanted = new Map(state.queues.map(({ request }) => [request.name, request]))
  for (const queue of [...vhost.queues.values()]) {
    if (isAsItWas(queue, wanted.get(queue.name)) && port.countsOf(queue.id).unacked === 0) {
      port.purgeQueue(queue.id)
      continue
    }
    const owner = { principal: PRINCIPAL, connectionId: queue.ownerConnectionId }
    doors.deleteQueue(owner, name, queue.name, UNCONDITIONAL)
  }
  for (const binding of [...vhost.bindings()]) {
    const { source, destination, routingKey, arguments: args } = binding
    // It went with an exchange that deletes itself.
    if (!source.outgoing.has(binding.identity)) continue
    const between: BindRequest = {
      source: source.name,
      destinationKind: destination.kind,
      destination: destination.name,
      routingKey,
      arguments: new Map(args),
    }
    const owner = destination.kind === 'queue' ? destination.ownerConnectionId : 0
    doors.unbind({ principal: PRINCIPAL, connectionId: owner }, name, between)
  }
  for (const exchange of [...vhost.exchanges.values()]) {
    if (!isPredeclared(exchange)) doors.deleteExchange(ACTOR, name, exchange.name, false)
  }
  for (const policy of [...vhost.policies.keys()]) doors.clearPolicy(ACTOR, name, policy)
  for (const policy of [...vhost.operatorPolicies.keys()]) doors.clearOperatorPolicy(ACTOR, name, policy)
  for (const { component, name: parameter } of [...vhost.allParameters()]) {
    doors.clearParameter(ACTOR, name, component, parameter)
  }
  if (Object.keys(vhost.limits).length > 0) doors.clearVhostLimits(ACTOR, name)
}

/** Streams cannot be emptied. */
function isAsItWas(queue: QueueRecord, was: QueueDeclareRequest | undefined): boolean {
  return (
    was !== undefined &&
    queue.type !== 'stream' &&
    !queue.exclusive &&
    queue.durable === was.durable &&
    queue.autoDelete === was.autoDelete &&
    tableEquals(queue.arguments, was.arguments)
  )
}

function fillVhost({ doors, port }: StateParts, state: VhostState): void {
  const { name } = state
  doors.createVhost(ACTOR, name, state.metadata)
  for (const { component, name: parameter, value } of state.parameters) {
    doors.setParameter(ACTOR, name, component, parameter, value)
  }
  for (const policy of state.policies) doors.setPolicy(ACTOR, name, policy)
  for (const policy of state.operatorPolicies) doors.setOperatorPolicy(ACTOR, name, policy)
  for (const exchange of state.exchanges) doors.declareExchange(ACTOR, name, exchange)
  for (const { request } of state.queues) doors.declareQueue(ACTOR, name, request)
  for (const binding of state.bindings) doors.bind(ACTOR, name, binding)
  const made = doors.topology.vhosts.get(name)
  for (const { request, messages } of state.queues) {
    const queue = made?.queues.get(request.name)
    if (queue !== undefined) for (const message of messages) port.publish([queue.id], message, NOBODY, 0)
  }
  if (Object.keys(state.limits).length > 0) doors.setVhostLimits(ACTOR, name, state.limits)
}

function restoreUsers(users: UserDoors, state: BrokerState): void {
  const wanted = new Set(state.users.map(({ name }) => name))
  for (const { name } of [...users.directory.users()]) if (!wanted.has(name)) users.deleteUser(ACTOR, name)
  for (const user of state.users) users.putUser(ACTOR, user)
  for (const { user, vhost } of [...users.directory.permissions()]) users.clearPermission(ACTOR, user, vhost)
  for (const permission of state.permissions) users.setPermission(ACTOR, permission)
  for (const { user, vhost, exchange } of [...users.directory.topicPermissions()]) {
    users.clearTopicPermissions(ACTOR, user, vhost, exchange)
  }
  for (const permission of state.topicPermissions) users.setTopicPermission(ACTOR, permission)
}
