import type {
  Actor,
  BindRequest,
  Doors,
  Durable,
  ExchangeDeclareRequest,
  PublishTarget,
  QueueDeclared,
  QueueDeclareRequest,
  ReadableQueue,
} from '../core/doors.js'
import type { MessageView } from '../core/message.js'
import { Route } from '../core/route.js'

/** Hears of messages that no queue took. */
export type Unrouted = (vhost: string, message: MessageView) => void

/** Doors that tell of unroutable messages, which never get to a shard. All else goes straight through. */
export class RecordingDoors implements Doors {
  readonly #doors: Doors
  readonly #unrouted: Unrouted

  constructor(doors: Doors, unrouted: Unrouted) {
    this.#doors = doors
    this.#unrouted = unrouted
  }

  exchangeToPublish(actor: Actor, vhost: string, name: string): PublishTarget {
    const target = this.#doors.exchangeToPublish(actor, vhost, name)
    return new RecordingTarget(target, (message) => this.#unrouted(vhost, message))
  }

  declareExchange(actor: Actor, vhost: string, request: ExchangeDeclareRequest): Durable {
    return this.#doors.declareExchange(actor, vhost, request)
  }
  checkExchange(actor: Actor, vhost: string, name: string): void {
    this.#doors.checkExchange(actor, vhost, name)
  }
  deleteExchange(actor: Actor, vhost: string, name: string, ifUnused: boolean): Durable {
    return this.#doors.deleteExchange(actor, vhost, name, ifUnused)
  }
  bind(actor: Actor, vhost: string, request: BindRequest): Durable {
    return this.#doors.bind(actor, vhost, request)
  }
  unbind(actor: Actor, vhost: string, request: BindRequest): Durable {
    return this.#doors.unbind(actor, vhost, request)
  }
  declareQueue(actor: Actor, vhost: string, request: QueueDeclareRequest): QueueDeclared {
    return this.#doors.declareQueue(actor, vhost, request)
  }
  checkQueue(actor: Actor, vhost: string, name: string): QueueDeclared {
    return this.#doors.checkQueue(actor, vhost, name)
  }
  deleteQueue(
    actor: Actor,
    vhost: string,
    name: string,
    conditions: { readonly ifUnused: boolean; readonly ifEmpty: boolean },
  ): { readonly messageCount: number; readonly durable: Durable } {
    return this.#doors.deleteQueue(actor, vhost, name, conditions)
  }
  purgeQueue(actor: Actor, vhost: string, name: string): number {
    return this.#doors.purgeQueue(actor, vhost, name)
  }
  queueToRead(actor: Actor, vhost: string, name: string): ReadableQueue {
    return this.#doors.queueToRead(actor, vhost, name)
  }
  releaseConnection(connectionId: number): void {
    this.#doors.releaseConnection(connectionId)
  }
}

class RecordingTarget implements PublishTarget {
  readonly name: string
  readonly isTopic: boolean
  readonly counters: PublishTarget['counters']
  readonly #target: PublishTarget
  readonly #unrouted: (message: MessageView) => void

  constructor(target: PublishTarget, unrouted: (message: MessageView) => void) {
    this.name = target.name
    this.isTopic = target.isTopic
    this.counters = target.counters
    this.#target = target
    this.#unrouted = unrouted
  }

  get stale(): boolean {
    return this.#target.stale
  }

  route(routingKey: string, message: MessageView): Route {
    return this.#watched(this.#target.route(routingKey, message), message)
  }

  routeAll(routingKeys: readonly string[], message: MessageView): Route {
    return this.#watched(this.#target.routeAll(routingKeys, message), message)
  }

  /** A route to nowhere is not for keeping: the next message is to come by here again. */
  #watched(route: Route, message: MessageView): Route {
    if (route.queueIds.length > 0) return route
    this.#unrouted(message)
    return new Route([], false)
  }
}
