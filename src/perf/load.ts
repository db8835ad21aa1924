import { Consumer } from './consumer.js'
import { ThreadCounters } from './counters.js'
import { Publisher } from './publisher.js'
import type { RoleSpec } from './roles.js'

/** Steps that the publishers and consumers of a run take together. */
export interface Load {
  /** Connects all; consumers consume from here on. Rejects when one cannot. */
  open(): Promise<void>
  startPublishing(): Promise<void>
  /** Resolves when the broker has handled everything that was published. */
  stopPublishing(): Promise<void>
  /** Resolves when everything that was received is counted and acknowledged. */
  stopConsuming(): Promise<void>
  /** Drops what is still open. May be called twice. */
  destroy(): Promise<void>
}

/** Publishers and consumers in this thread. `onFailure` is told of a connection that ends by itself. */
export class ThreadLoad implements Load {
  private readonly specs: readonly RoleSpec[]
  private readonly counters: ThreadCounters
  private readonly onFailure: (error: Error) => void
  private publishers: Publisher[] = []
  private consumers: Consumer[] = []

  constructor(
    specs: readonly RoleSpec[],
    memory: SharedArrayBuffer,
    thread: number,
    onFailure: (error: Error) => void,
  ) {
    this.specs = specs
    this.counters = new ThreadCounters(memory, thread)
    this.onFailure = onFailure
  }

  async open(): Promise<void> {
    const { counters, onFailure } = this
    // One after another: a broker's queue of half-open connections is short.
    for (const spec of this.specs) {
      if (spec.kind === 'consumer') this.consumers.push(await Consumer.open(spec, counters, onFailure))
      else this.publishers.push(await Publisher.open(spec, counters, onFailure))
    }
  }

  async startPublishing(): Promise<void> {
    for (const publisher of this.publishers) publisher.start()
  }

  async stopPublishing(): Promise<void> {
    await Promise.all(this.publishers.splice(0).map((publisher) => publisher.stop()))
  }

  async stopConsuming(): Promise<void> {
    await Promise.all(this.consumers.splice(0).map((consumer) => consumer.stop()))
  }

  async destroy(): Promise<void> {
    for (const role of [...this.publishers.splice(0), ...this.consumers.splice(0)]) role.destroy()
  }
}
