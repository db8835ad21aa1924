const CAPACITY_MIN = 16

/** A binary min-heap of (key, value) pairs of numbers in typed arrays. Equal keys come out smallest value first. */
export class NumberHeap {
  private keys = new Float64Array(CAPACITY_MIN)
  private values = new Float64Array(CAPACITY_MIN)
  private count = 0

  get size(): number {
    return this.count
  }

  /** Smallest key, Infinity when empty. */
  get firstKey(): number {
    return this.count === 0 ? Number.POSITIVE_INFINITY : this.keys[0]!
  }

  /** Value of the smallest key; meaningless when empty. */
  get firstValue(): number {
    return this.values[0]!
  }

  push(key: number, value: number): void {
    if (this.count === this.keys.length) this.resize(this.count * 2)
    const { keys, values } = this
    let place = this.count++
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!isBefore(key, value, keys[parent]!, values[parent]!)) break
      keys[place] = keys[parent]!
      values[place] = values[parent]!
      place = parent
    }
    keys[place] = key
    values[place] = value
  }

  /** Takes out the pair with the smallest key. */
  pop(): void {
    const { keys, values } = this
    const last = --this.count
    const key = keys[last]!
    const value = values[last]!
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= last) break
      const right = child + 1
      if (right < last && isBefore(keys[right]!, values[right]!, keys[child]!, values[child]!)) child = right
      if (!isBefore(keys[child]!, values[child]!, key, value)) break
      keys[place] = keys[child]!
      values[place] = values[child]!
      place = child
    }
    keys[place] = key
    values[place] = value
    if (last > CAPACITY_MIN && last * 4 < keys.length) this.resize(keys.length >> 1)
  }

  clear(): void {
    this.count = 0
    this.resize(CAPACITY_MIN)
  }

  /** Keeps the pairs that `keep` accepts. */
  filter(keep: (key: number, value: number) => boolean): void {
    const { keys, values, count } = this
    this.count = 0
    // Reads run ahead of writes: push never writes beyond the number of pairs kept so far.
    for (let i = 0; i < count; i++) {
      const key = keys[i]!
      const value = values[i]!
      if (keep(key, value)) this.push(key, value)
    }
  }

  private resize(capacity: number): void {
    const keys = new Float64Array(capacity)
    const values = new Float64Array(capacity)
    keys.set(this.keys.subarray(0, this.count))
    values.set(this.values.subarray(0, this.count))
    this.keys = keys
    this.values = values
  }
}

function isBefore(key: number, value: number, otherKey: number, otherValue: number): boolean {
  return key < otherKey || (key === otherKey && value < otherValue)
}
