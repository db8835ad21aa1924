const CAPACITY_MIN = 16
/** A larger ring than this is given up when it has run empty: a burst does not hold memory for ever. */
const CAPACITY_KEPT_MAX = 4096

/** A first-in first-out queue of numbers in a ring that grows by doubling. */
export class NumberDeque {
  private ring = new Float64Array(CAPACITY_MIN)
  private mask = CAPACITY_MIN - 1
  private head = 0
  private count = 0

  get size(): number {
    return this.count
  }

  /** The oldest number; meaningless when empty. */
  get first(): number {
    return this.ring[this.head]!
  }

  push(value: number): void {
    if (this.count === this.ring.length) this.grow()
    this.ring[(this.head + this.count) & this.mask] = value
    this.count += 1
  }

  /** Takes out the oldest number. */
  shift(): void {
    this.head = (this.head + 1) & this.mask
    this.count -= 1
    if (this.count === 0 && this.ring.length > CAPACITY_KEPT_MAX) this.clear()
  }

  clear(): void {
    this.ring = new Float64Array(CAPACITY_MIN)
    this.mask = CAPACITY_MIN - 1
    this.head = 0
    this.count = 0
  }

  private grow(): void {
    const old = this.ring
    const ring = new Float64Array(old.length * 2)
    const tail = old.length - this.head
    ring.set(old.subarray(this.head))
    ring.set(old.subarray(0, this.head), tail)
    this.ring = ring
    this.mask = ring.length - 1
    this.head = 0
  }
}
