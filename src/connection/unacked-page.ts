const EMPTY_SLOT = -1
/** A page grows by copying until it has so many slots; from then on another one follows it. */
export const PAGE_SLOTS = 4096
/**
 * Empty pages that are kept, some 6 MiB for all channels of the process. A consumer with thousands of messages unacked
 * fills and empties pages all the time, and what is left to the collector here makes it collect everything.
 */
const SPARE_PAGES_MAX = 64
const sparePages: UnackedPage[] = []

/**
 * Deliveries that wait for their ack, whose tags lie no further apart than the page has slots. Typed arrays at `tag &
 * mask`: adding and taking allocate nothing.
 */
export class UnackedPage {
  /** The oldest tag that waits, and the one after the newest: the page is empty when they are equal. */
  oldest = 1
  next = 1
  /** Number of deliveries that wait here. */
  count = 0
  readonly mask: number
  readonly queueIds: Float64Array
  readonly positions: Float64Array
  /** Subscription ids, 0 for basic.get, -1 for nothing. */
  readonly subscriptions: Float64Array

  /** `capacity` is a power of two. */
  constructor(capacity: number) {
    this.mask = capacity - 1
    this.queueIds = new Float64Array(capacity)
    this.positions = new Float64Array(capacity)
    this.subscriptions = new Float64Array(capacity).fill(EMPTY_SLOT)
  }

  get capacity(): number {
    return this.mask + 1
  }

  /** True when the tag, which is above all others, has its place here. */
  hasPlaceFor(deliveryTag: number): boolean {
    return deliveryTag - this.oldest <= this.mask || this.oldest === this.next
  }

  /** Tags only go up; {@link hasPlaceFor} has said yes. */
  add(deliveryTag: number, queueId: number, position: number, subscriptionId: number): void {
    // Tags of no-ack deliveries are not here: an empty page skips them, one that is not has empty slots for them.
    if (this.oldest === this.next) this.oldest = deliveryTag
    this.next = deliveryTag + 1
    const slot = deliveryTag & this.mask
    this.queueIds[slot] = queueId
    this.positions[slot] = position
    this.subscriptions[slot] = subscriptionId
    this.count++
  }

  has(deliveryTag: number): boolean {
    if (deliveryTag < this.oldest || deliveryTag >= this.next) return false
    return this.subscriptions[deliveryTag & this.mask] !== EMPTY_SLOT
  }

  /** Frees the slot of a delivery that {@link has} knows, after it was read. */
  remove(deliveryTag: number): void {
    this.subscriptions[deliveryTag & this.mask] = EMPTY_SLOT
    this.count--
    if (deliveryTag !== this.oldest) return
    let tag = deliveryTag + 1
    while (tag < this.next && this.subscriptions[tag & this.mask] === EMPTY_SLOT) tag++
    this.oldest = tag
  }

  /** Adds what `other` holds, which is emptied. */
  takeFrom(other: UnackedPage): void {
    while (other.count > 0) {
      const tag = other.oldest
      const slot = tag & other.mask
      this.add(tag, other.queueIds[slot], other.positions[slot], other.subscriptions[slot])
      other.remove(tag)
    }
  }
}

/** An empty page of {@link PAGE_SLOTS}. */
export function takePage(): UnackedPage {
  return sparePages.pop() ?? new UnackedPage(PAGE_SLOTS)
}

/** Takes an empty page of {@link takePage} back. */
export function givePage(page: UnackedPage): void {
  if (sparePages.length < SPARE_PAGES_MAX) sparePages.push(page)
}
