/** Chance that repeats: the same seed gives the same numbers. Mulberry32: small, fast, and good enough for choices. */
export class SeededRandom {
  readonly seed: number
  #state: number

  constructor(seed: number) {
    this.seed = seed
    this.#state = seed | 0
  }

  /** Begins again. */
  restart(): void {
    this.#state = this.seed | 0
  }

  /** From 0 up to, but without, 1. */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number below `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  readonly octets = (count: number): Buffer => {
    const octets = Buffer.alloc(count)
    for (let i = 0; i < count; i++) octets[i] = this.below(256)
    return octets
  }

  /** The items in a random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const shuffled = [...items]
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const item = shuffled[i]!
      shuffled[i] = shuffled[j]!
      shuffled[j] = item
    }
    return shuffled
  }
}
