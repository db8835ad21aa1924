import type { Actor } from '../../core/doors.js'
import { type BasicProperties, bodyOf, propertiesOf } from '../../core/message-content.js'
import { type DeliverySink, Settlement, type ShardPort } from '../../core/shard-port.js'
import type { QueueRecord } from '../../core/topology/queue-record.js'
import type { ManagementServices } from '../management-services.js'

/** Messages that are held at a time: taken, not yet settled. */
const BATCH_MAX = 1000
/** Octets of bodies of a batch. */
const BATCH_OCTETS_MAX = 32 * 1024 * 1024

/** What becomes of a message that is chosen. */
export type Fate =
  | { readonly kind: 'drop' }
  | { readonly kind: 'dead-letter' }
  /** Published anew; settled once it is safe there. */
  | { readonly kind: 'publish'; address(message: Taken): Address }

export interface Address {
  readonly exchange: string
  readonly routingKey: string
}

export interface Taken {
  readonly position: number
  readonly exchange: string
  readonly routingKey: string
  readonly properties: BasicProperties
  readonly body: Buffer
}

/** Which messages: by their positions, or the first so many. */
export interface Choice {
  readonly positions: ReadonlySet<number> | undefined
  readonly countMax: number
}

export interface TransferResult {
  readonly moved: number
  /** Chosen messages that stayed: nothing was bound where they should go, or the target refused. */
  readonly failed: number
  /** Why the first of those stayed. */
  readonly reason: string | undefined
}

/**
 * Moves, drops or dead-letters ready messages of a queue. A message leaves the queue only once it is safe where it
 * goes: a crash in between leaves it in both, never in neither. Messages that are not chosen go back to their places.
 */
export async function transferMessages(
  services: ManagementServices,
  actor: Actor,
  queue: QueueRecord,
  choice: Choice,
  fate: Fate,
): Promise<TransferResult> {
  const port = services.shards.portFor(queue.id)
  const wanted = choice.positions === undefined ? undefined : new Set(choice.positions)
  const passedOver: number[] = []
  let moved = 0
  let failed = 0
  let reason: string | undefined
  let left = choice.countMax
  try {
    while (left > 0 && (wanted === undefined || wanted.size > 0)) {
      const batch = await take(port, queue.id, Math.min(left, BATCH_MAX))
      if (batch.length === 0) break
      for (const message of batch) {
        const isChosen = wanted === undefined || wanted.delete(message.position)
        if (!isChosen) {
          passedOver.push(message.position)
          continue
        }
        left -= 1
        const refusal = await apply(services, actor, queue, port, message, fate)
        if (refusal === undefined) {
          moved += 1
        } else {
          failed += 1
          reason ??= refusal
          passedOver.push(message.position)
        }
      }
    }
  } finally {
    for (const position of passedOver) port.settle(queue.id, position, 0, Settlement.REQUEUE)
    port.flush()
  }
  return { moved, failed: failed + (wanted?.size ?? 0), reason: reason ?? missing(wanted) }
}

function missing(wanted: ReadonlySet<number> | undefined): string | undefined {
  return wanted !== undefined && wanted.size > 0 ? 'some messages are not ready any more' : undefined
}

/** Undefined when it is done, else why not. */
async function apply(
  services: ManagementServices,
  actor: Actor,
  queue: QueueRecord,
  port: ShardPort,
  message: Taken,
  fate: Fate,
): Promise<string | undefined> {
  if (fate.kind !== 'publish') {
    const outcome = fate.kind === 'drop' ? Settlement.ACK : Settlement.DEAD_LETTER
    port.settle(queue.id, message.position, 0, outcome)
    return undefined
  }
  const { exchange, routingKey } = fate.address(message)
  const { properties, body } = message
  try {
    const routed = await services.doors.publishMessage(actor, queue.vhost.name, {
      exchange,
      routingKey,
      properties: withoutSender(properties, actor),
      body,
    })
    if (!routed) return `nothing is bound to exchange '${exchange}' for key '${routingKey}'`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  port.settle(queue.id, message.position, 0, Settlement.ACK)
  return undefined
}

/** The broker vouches for `user-id`, and it is not the first sender who publishes now. */
function withoutSender(properties: BasicProperties, { principal }: Actor): BasicProperties {
  const { userId, ...rest } = properties
  return userId === undefined || userId === principal.name ? properties : rest
}

async function take(port: ShardPort, queueId: number, countMax: number): Promise<Taken[]> {
  const taken: Taken[] = []
  let octets = 0
  const sink: DeliverySink = {
    subscribed() {},
    canTake: () => true,
    cancelled() {},
    deliver: (_id, message, { position }) => {
      octets += message.bodySizeBytes
      taken.push({
        position,
        exchange: message.exchange,
        routingKey: message.routingKey,
        properties: propertiesOf(message),
        body: bodyOf(message),
      })
    },
  }
  while (taken.length < countMax && octets < BATCH_OCTETS_MAX && (await port.get(queueId, false, sink)));
  return taken
}
