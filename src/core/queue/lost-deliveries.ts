import type { ReadyOrder } from './ready-order.js'

/**
 * Messages that the log has lost while a consumer had them. They stay in the queue until they are settled, which is
 * then all that there is to do, and have no ref any more.
 */
export class LostDeliveries {
  private readonly order: ReadyOrder
  /** Undefined until there is one: there may be many queues. */
  private positions: Set<number> | undefined

  constructor(order: ReadyOrder) {
    this.order = order
  }

  add(position: number): void {
    this.positions ??= new Set()
    this.positions.add(position)
  }

  /** The message that the order is placed on was settled; true when it had been lost, and then it is gone. */
  settle(): boolean {
    if (!this.positions?.delete(this.order.position)) return false
    this.order.remove()
    return true
  }

  /** The ref of a message, undefined when the queue does not have it or the log has lost it. Places the order on it. */
  refOf(position: number): number | undefined {
    return this.order.locate(position) && !this.positions?.has(position) ? this.order.index.ref : undefined
  }

  /** Calls back for every message with such a ref, which may leave then. Returns how many there are. */
  find(matches: (ref: number) => boolean, each: (position: number) => void): number {
    const found: number[] = []
    for (const position of this.order.positions()) {
      const ref = this.refOf(position)
      if (ref !== undefined && matches(ref)) found.push(position)
    }
    for (const position of found) each(position)
    return found.length
  }
}
