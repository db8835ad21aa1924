/** Called for each publish that is settled, with the time at which it was published. */
export type Settled = (publishedMicros: number) => void

/**
 * The publishes of a channel that wait for their confirm: at most `size` of them, in rings of plain numbers. Confirms
 * may come singly, in any order, or for everything up to a number.
 */
export class ConfirmWindow {
  private readonly size: number
  private readonly mask: number
  private readonly times: Float64Array
  /** 1 where a publish is settled that an older unsettled one keeps in the ring. */
  private readonly settled: Uint8Array
  /** The oldest unsettled publish. */
  private oldest = 1
  private next = 1
  private waiting = 0

  constructor(size: number) {
    this.size = size
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(2, size)))
    this.mask = capacity - 1
    this.times = new Float64Array(capacity)
    this.settled = new Uint8Array(capacity)
  }

  /** How many more may be published now. The span from the oldest to the newest is what is bounded. */
  get room(): number {
    return this.size - (this.next - this.oldest)
  }

  /** Publishes without an answer. */
  get outstanding(): number {
    return this.waiting
  }

  published(count: number, micros: number): void {
    for (let i = 0; i < count; i++) {
      const slot = this.next++ & this.mask
      this.times[slot] = micros
      this.settled[slot] = 0
    }
    this.waiting += count
  }

  /** The broker answered for `tag`, or for everything up to it. Returns how many publishes that settled. */
  settle(tag: number, multiple: boolean, each: Settled): number {
    if (tag >= this.next) throw new Error(`the broker confirmed publish ${tag} of ${this.next - 1}`)
    const before = this.waiting
    if (!multiple) {
      if (tag >= this.oldest) this.settleOne(tag, each)
    } else {
      const last = tag === 0 ? this.next - 1 : tag
      for (let number = this.oldest; number <= last; number++) this.settleOne(number, each)
    }
    while (this.oldest < this.next && this.settled[this.oldest & this.mask] === 1) this.oldest++
    return before - this.waiting
  }

  private settleOne(number: number, each: Settled): void {
    const slot = number & this.mask
    if (this.settled[slot] === 1) return
    this.settled[slot] = 1
    this.waiting--
    each(this.times[slot])
  }
}
