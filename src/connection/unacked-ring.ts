import { givePage, PAGE_SLOTS, takePage, UnackedPage } from './unacked-page.js'

/** Slots of a new ring; a power of two, as is every later number. Small: most channels of a node are idle. */
const INITIAL_SLOTS = 16

/** Where fewer than one slot in so many is taken when room is wanted, the oldest entries move aside. */
const SPARSE_DIVISOR = 4

/**
 * The deliveries of a channel that wait for their ack, by delivery tag.
 *
 * They lie in typed arrays, in one page that grows and then in as many more as it takes, so that adding, settling and
 * settling up to a tag allocate next to nothing, and no number of them makes a single step long. A consumer that never
 * acks its oldest delivery would make the pages span everything since; such stragglers are moved to a map, so that
 * memory goes with the number of unacked deliveries and not with the span of their tags.
 *
 *     stragglers (map)   <   full pages, oldest first   <   newest page, where deliveries are added
 */
export class UnackedRing {
  /** Number of deliveries that wait. */
  count = 0
  /** How many of them went to consumers, as opposed to basic.get. */
  consumerCount = 0

  /** What the last successful `take` or `takeOldest` took. */
  queueId = 0
  position = 0
  subscriptionId = 0
  deliveryTag = 0

  private newest = new UnackedPage(INITIAL_SLOTS)
  private readonly fullPages: UnackedPage[] = []
  private readonly stragglers = new Map<number, Straggler>()

  /** Adds a delivery; tags only go up. `subscriptionId` is 0 for a basic.get. */
  add(deliveryTag: number, queueId: number, position: number, subscriptionId: number): void {
    if (!this.newest.hasPlaceFor(deliveryTag)) this.makeRoom(deliveryTag)
    this.newest.add(deliveryTag, queueId, position, subscriptionId)
    this.count++
    if (subscriptionId !== 0) this.consumerCount++
  }

  has(deliveryTag: number): boolean {
    return this.pageOf(deliveryTag)?.has(deliveryTag) === true || this.stragglers.has(deliveryTag)
  }

  /** Takes one delivery out into the public fields; false when the tag is not outstanding. */
  take(deliveryTag: number): boolean {
    const page = this.pageOf(deliveryTag)
    if (page?.has(deliveryTag) !== true) return this.takeStraggler(deliveryTag)
    this.takeFrom(page, deliveryTag)
    return true
  }

  /** Takes the oldest delivery whose tag is at most `upTo`; false when there is none. */
  takeOldest(upTo: number): boolean {
    const { newest } = this
    const page = this.count === newest.count ? newest : this.oldestPage()
    if (page === undefined) {
      // A map keeps the order of insertion, and entries are moved there oldest first.
      const first = this.stragglers.keys().next().value
      return first !== undefined && first <= upTo && this.takeStraggler(first)
    }
    const tag = page.oldest
    if (page.count === 0 || tag > upTo) return false
    this.takeFrom(page, tag)
    return true
  }

  /** The tags that are outstanding, oldest first, up to `upTo`. For paths that may allocate. */
  tagsUpTo(upTo: number): number[] {
    const tags = [...this.stragglers.keys()].filter((tag) => tag <= upTo)
    for (const page of [...this.fullPages, this.newest]) {
      for (let tag = page.oldest; tag < page.next && tag <= upTo; tag++) if (page.has(tag)) tags.push(tag)
    }
    return tags
  }

  /** The only page that can hold the tag. */
  private pageOf(deliveryTag: number): UnackedPage | undefined {
    if (deliveryTag >= this.newest.oldest) return this.newest
    const { fullPages } = this
    if (fullPages.length === 0) return undefined
    // Acks mostly come in the order of the deliveries.
    if (deliveryTag < fullPages[0].next) return fullPages[0]
    let [low, high] = [1, fullPages.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (deliveryTag < fullPages[middle].next) high = middle
      else low = middle + 1
    }
    return fullPages[low]
  }

  /** Where the oldest delivery lies; undefined when it is a straggler. */
  private oldestPage(): UnackedPage | undefined {
    return this.stragglers.size === 0 ? (this.fullPages[0] ?? this.newest) : undefined
  }

  private takeFrom(page: UnackedPage, deliveryTag: number): void {
    const slot = deliveryTag & page.mask
    const subscriptionId = page.subscriptions[slot]
    this.deliveryTag = deliveryTag
    this.queueId = page.queueIds[slot]
    this.position = page.positions[slot]
    this.subscriptionId = subscriptionId
    this.count--
    if (subscriptionId !== 0) this.consumerCount--
    page.remove(deliveryTag)
    if (page.count === 0 && page !== this.newest) this.drop(page)
  }

  private takeStraggler(deliveryTag: number): boolean {
    const straggler = this.stragglers.get(deliveryTag)
    if (straggler === undefined) return false
    this.stragglers.delete(deliveryTag)
    this.deliveryTag = deliveryTag
    this.queueId = straggler.queueId
    this.position = straggler.position
    this.subscriptionId = straggler.subscriptionId
    this.count--
    if (straggler.subscriptionId !== 0) this.consumerCount--
    return true
  }

  private makeRoom(deliveryTag: number): void {
    const { newest, fullPages } = this
    const { capacity } = newest
    if (fullPages.length === 0 && newest.count * SPARSE_DIVISOR <= capacity) {
      // Half of the page is freed, so that this happens once for many deliveries.
      this.moveAside(newest, deliveryTag - (capacity >> 1))
    } else if (capacity < PAGE_SLOTS) {
      let slots = capacity * 2
      while (deliveryTag - newest.oldest >= slots && slots < PAGE_SLOTS) slots *= 2
      this.newest = new UnackedPage(slots)
      this.newest.takeFrom(newest)
      // No-ack deliveries between them take no place, but tags.
      if (!this.newest.hasPlaceFor(deliveryTag)) this.makeRoom(deliveryTag)
    } else {
      fullPages.push(newest)
      this.newest = takePage()
      this.thinOut()
    }
  }

  /** Where the full pages are nearly empty, one more of them costs the two oldest. */
  private thinOut(): void {
    for (let left = 2; left > 0 && this.fullPages.length > 0; left--) {
      const inPages = this.count - this.stragglers.size
      if (inPages * SPARSE_DIVISOR > this.fullPages.length * PAGE_SLOTS) return
      const [oldest] = this.fullPages
      this.moveAside(oldest, oldest.next)
      this.drop(oldest)
    }
  }

  /** Moves the entries of the oldest page that are below `limit` to the map. */
  private moveAside(page: UnackedPage, limit: number): void {
    while (page.count > 0 && page.oldest < limit) {
      const tag = page.oldest
      const slot = tag & page.mask
      this.stragglers.set(tag, {
        queueId: page.queueIds[slot],
        position: page.positions[slot],
        subscriptionId: page.subscriptions[slot],
      })
      page.remove(tag)
    }
  }

  private drop(page: UnackedPage): void {
    this.fullPages.splice(this.fullPages.indexOf(page), 1)
    givePage(page)
  }
}

interface Straggler {
  readonly queueId: number
  readonly position: number
  readonly subscriptionId: number
}
