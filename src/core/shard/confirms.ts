import type { Publisher } from '../shard-port.js'

/**
 * Publishes that wait for the log to be synced. They are kept as the highest number per publisher, since a sync covers
 * everything before it.
 */
export class PendingConfirms {
  private readonly publishers: Publisher[] = []
  private readonly highest: number[] = []
  private readonly places = new Map<Publisher, number>()
  private last = -1

  get size(): number {
    return this.publishers.length
  }

  add(publisher: Publisher, publishSeqNo: number): void {
    if (this.last >= 0 && this.publishers[this.last] === publisher) {
      this.highest[this.last] = publishSeqNo
      return
    }
    let place = this.places.get(publisher)
    if (place === undefined) {
      place = this.publishers.length
      this.publishers.push(publisher)
      this.places.set(publisher, place)
    }
    this.highest[place] = publishSeqNo
    this.last = place
  }

  /** Tells every publisher that its publishes are safe, or that the log failed. */
  settle(failed: boolean): void {
    const { publishers, highest } = this
    for (let i = 0; i < publishers.length; i++) {
      const publisher = publishers[i]!
      if (failed) publisher.refused(highest[i]!)
      else publisher.confirmed(highest[i]!)
    }
    this.clear()
  }

  private clear(): void {
    this.publishers.length = 0
    this.highest.length = 0
    this.places.clear()
    this.last = -1
  }
}
