/** How often and for how long one ring of samples reaches back, in seconds. */
export interface Retention {
  readonly spanSeconds: number
  readonly stepSeconds: number
}

/** What RabbitMQ keeps of overview, vhosts and nodes. */
export const GLOBAL_RETENTION: readonly Retention[] = [
  { spanSeconds: 605, stepSeconds: 5 },
  { spanSeconds: 3_660, stepSeconds: 60 },
  { spanSeconds: 29_400, stepSeconds: 600 },
  { spanSeconds: 86_400, stepSeconds: 1_800 },
]
/**
 * What is kept of queues, exchanges, connections and channels: RabbitMQ's hour, and a day. One ring of ten-minute steps
 * for the day takes less than the two of {@link GLOBAL_RETENTION}, as an array costs more than its 145 numbers.
 */
export const BASIC_RETENTION: readonly Retention[] = [
  { spanSeconds: 605, stepSeconds: 5 },
  { spanSeconds: 3_600, stepSeconds: 60 },
  { spanSeconds: 86_400, stepSeconds: 600 },
]

/** Slots of the finest ring when samples are taken more often than RabbitMQ takes them. */
const FINE_SLOTS_MAX = 122

/** One round of samples. */
export interface Round {
  /** Number of the round; one more each interval, or several when the loop was busy. */
  readonly tick: number
  /** Milliseconds between rounds. */
  readonly intervalMs: number
  /** What the wall clock, counted in intervals, is behind the ticks: more than 0 once it was set back. */
  readonly shift: number
}

/** The round that covers a moment of the wall clock. */
export function tickAt(round: Round, atMs: number): number {
  return Math.floor(atMs / round.intervalMs) + round.shift
}

/** The slots of one ring, for a given interval of sampling. */
export interface RingLayout {
  /** Rounds that share a slot: the first of them fills it. */
  readonly stepTicks: number
  readonly slots: number
}

/** Rings for a list of retentions: the first takes every round, whatever the interval is. */
export function ringLayouts(retentions: readonly Retention[], intervalMs: number): readonly RingLayout[] {
  return retentions.map(({ spanSeconds, stepSeconds }, place) => {
    if (place === 0) {
      const slots = Math.ceil((spanSeconds * 1000) / intervalMs) + 1
      return { stepTicks: 1, slots: Math.min(slots, FINE_SLOTS_MAX) }
    }
    const stepTicks = Math.max(1, Math.round((stepSeconds * 1000) / intervalMs))
    return { stepTicks, slots: Math.ceil((spanSeconds * 1000) / (stepTicks * intervalMs)) + 1 }
  })
}

/**
 * The past of one number. A ring is written when the number changes and costs nothing while it does not: what is not
 * there is the value before.
 *
 *     fine    | . | . | 7 | 7 | 9 |      one slot per round, the newest at `lastSlot`
 *     coarse  |     7     |     9        one slot per so many rounds, filled by the first of them
 */
export class Series {
  private readonly layouts: readonly RingLayout[]
  private readonly firstTick: number
  private readonly rings: readonly Ring[]

  /**
   * Begins with `value` in the round `firstTick`. `wide` keeps every value whole; otherwise 32 bits of each, which is
   * enough for whole numbers that move by less than 2^31 from one sample to the next.
   */
  constructor(layouts: readonly RingLayout[], wide: boolean, firstTick: number, value: number) {
    this.layouts = layouts
    this.firstTick = firstTick
    this.rings = layouts.map(
      ({ stepTicks, slots }) => new Ring(slots, wide, Math.floor(firstTick / stepTicks), value),
    )
  }

  record(tick: number, value: number): void {
    for (let i = 0; i < this.rings.length; i++) {
      const ring = this.rings[i]!
      const { stepTicks } = this.layouts[i]!
      const slot = Math.floor(tick / stepTicks)
      if (slot > ring.visited) ring.record(slot, value)
    }
  }

  /** Change per second between the last two rounds; 0 while there is only one. */
  rate({ tick, intervalMs }: Round): number {
    // Most numbers of a large node do not move.
    if (tick <= this.firstTick || this.rings[0]!.isSteadyIn(Math.floor(tick / this.layouts[0]!.stepTicks)))
      return 0
    const [now, before] = this.at([tick, tick - 1], 0) as [number, number]
    return ((now - before) * 1000) / intervalMs
  }

  /** Values at some rounds, newest first, from the ring of that number; 0 before there were any. */
  at(ticks: readonly number[], ring: number): number[] {
    const { stepTicks } = this.layouts[ring]!
    return this.rings[ring]!.read(ticks.map((tick) => Math.floor(tick / stepTicks)))
  }
}

/** Values by slot; those of slots that are not there equal the one before. */
class Ring {
  /** The newest slot that was looked at, written or not. */
  visited: number
  private readonly slots: number
  private readonly wide: boolean
  private readonly firstSlot: number
  private lastSlot: number
  private lastValue: number
  /** Undefined while the value has been the same for as long as the ring reaches. */
  private values: Float64Array | Int32Array | undefined

  constructor(slots: number, wide: boolean, firstSlot: number, value: number) {
    this.slots = slots
    this.wide = wide
    this.firstSlot = firstSlot
    this.visited = firstSlot
    this.lastSlot = firstSlot
    this.lastValue = value
  }

  /** True when the value of the slot is known to be that of the slot before. */
  isSteadyIn(slot: number): boolean {
    return this.lastSlot < slot && slot > this.firstSlot
  }

  record(slot: number, value: number): void {
    this.visited = slot
    if (value === this.lastValue) {
      if (this.values !== undefined && slot - this.lastSlot >= this.slots) this.values = undefined
      return
    }
    if (this.values === undefined) {
      this.values = this.wide ? new Float64Array(this.slots) : new Int32Array(this.slots)
      this.values.fill(this.wide ? this.lastValue : this.lastValue | 0)
    } else {
      const from = Math.max(this.lastSlot + 1, slot - this.slots + 1)
      for (let gap = from; gap < slot; gap++) this.write(gap, this.lastValue)
    }
    this.write(slot, value)
    this.lastSlot = slot
    this.lastValue = value
  }

  /** `slots` descend. */
  read(slots: readonly number[]): number[] {
    const { values } = this
    const oldest = Math.max(this.firstSlot, this.visited - this.slots + 1)
    let at = this.lastSlot
    let value = this.lastValue
    return slots.map((slot) => {
      if (slot < this.firstSlot) return 0
      const wanted = Math.max(slot, oldest)
      if (values === undefined) return this.lastValue
      while (at > wanted && at > this.lastSlot - this.slots + 1) {
        // The low halves of two neighbours tell how far they are apart.
        const step = values[(at - 1) % this.slots]! - values[at % this.slots]!
        value = this.wide ? values[(at - 1) % this.slots]! : value + (step | 0)
        at -= 1
      }
      return value
    })
  }

  private write(slot: number, value: number): void {
    this.values![slot % this.slots] = this.wide ? value : value | 0
  }
}
