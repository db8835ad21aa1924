import type { EventBus } from '../core/events.js'
import type { Topology } from '../core/topology/topology.js'

/** The broker's own name, for what it made itself or before this start. */
export const INTERNAL_USER = 'rmq-internal'

/** Remembers whose doing exchanges and queues are (`user_who_performed_action`), for as long as they and this process live. */
export class Makers {
  readonly #users = new WeakMap<object, string>()
  readonly #stopListening: (() => void)[]

  constructor(events: EventBus, topology: Topology) {
    this.#stopListening = [
      events.on('exchange.created', ({ vhost, name, user }) => {
        this.#note(topology.vhosts.get(vhost)?.exchanges.get(name), user)
      }),
      events.on('queue.created', ({ vhost, name, user }) => {
        this.#note(topology.vhosts.get(vhost)?.queues.get(name), user)
      }),
      events.on('vhost.created', ({ name, user }) => {
        this.#note(topology.vhosts.get(name)?.defaultExchange, user)
      }),
    ]
  }

  of(made: object): string {
    return this.#users.get(made) ?? INTERNAL_USER
  }

  close(): void {
    for (const stop of this.#stopListening) stop()
  }

  #note(made: object | undefined, user: string | undefined): void {
    if (made !== undefined && user !== undefined) this.#users.set(made, user)
  }
}
