import type { Range } from './ranges.js'
import { type Retention, type RingLayout, type Round, ringLayouts, Series, tickAt } from './series.js'

/** The numbers that are kept of one kind of object, in a fixed order. */
export class HistoryKind<Name extends string> {
  readonly names: readonly Name[]
  readonly layouts: readonly RingLayout[]
  readonly intervalMs: number
  private readonly wide: ReadonlySet<Name>

  /** `wide` are names of numbers that may move by 2^31 or more from one sample to the next. */
  constructor(
    names: readonly Name[],
    retentions: readonly Retention[],
    intervalMs: number,
    wide: readonly Name[] = [],
  ) {
    this.names = names
    this.layouts = ringLayouts(retentions, intervalMs)
    this.intervalMs = intervalMs
    this.wide = new Set(wide)
  }

  isWide(place: number): boolean {
    return this.wide.has(this.names[place]!)
  }

  place(name: Name): number {
    return this.names.indexOf(name)
  }

  /** The finest ring that reaches so far back, or the one that reaches farthest. */
  ringFor(ageSeconds: number): number {
    const reaches = ({ stepTicks, slots }: RingLayout) =>
      (slots - 1) * stepTicks * this.intervalMs >= ageSeconds * 1000
    const found = this.layouts.findIndex(reaches)
    return found < 0 ? this.layouts.length - 1 : found
  }
}

/** What an object's numbers were. A number that was never anything but 0 takes no memory. */
export class History<Name extends string> {
  readonly kind: HistoryKind<Name>
  private readonly firstTick: number
  private readonly series: (Series | undefined)[]
  /** Numbers of the last round. */
  private readonly last: Float64Array
  /** The last round in which a number was other than before. */
  changedTick: number

  constructor(kind: HistoryKind<Name>, firstTick: number) {
    this.kind = kind
    this.firstTick = firstTick
    this.changedTick = firstTick
    this.last = new Float64Array(kind.names.length)
    this.series = new Array<Series | undefined>(kind.names.length).fill(undefined)
  }

  /** Takes the numbers of a round, in the order of the kind's names. */
  record(tick: number, values: ArrayLike<number>): void {
    const { series, kind, last } = this
    for (let i = 0; i < series.length; i++) {
      const value = values[i]!
      if (value !== last[i]) {
        last[i] = value
        this.changedTick = tick
      }
      const known = series[i]
      if (known !== undefined) {
        known.record(tick, value)
      } else if (value !== 0) {
        const begun = new Series(
          kind.layouts,
          kind.isWide(i),
          this.firstTick,
          tick === this.firstTick ? value : 0,
        )
        begun.record(tick, value)
        series[i] = begun
      }
    }
  }

  /** A number in the last round. */
  value(name: Name): number {
    return this.last[this.kind.place(name)]!
  }

  /** The sum of some numbers: rate, and with a range samples. `undefined` history and numbers count as 0. */
  details(names: readonly Name[], round: Round, range: Range | undefined, nowMs: number): Details {
    let rate = 0
    for (const name of names) rate += this.series[this.kind.place(name)]?.rate(round) ?? 0
    if (range === undefined) return rate === 0 ? NO_CHANGE : { rate }
    const found = names.flatMap((name) => this.series[this.kind.place(name)] ?? [])
    const { ageSeconds, stepSeconds } = range
    const stepMs = stepSeconds * 1000
    const newestMs = Math.floor(nowMs / stepMs) * stepMs
    const count = Math.floor(ageSeconds / stepSeconds) + 1
    const timestamps = Array.from({ length: count }, (_, i) => newestMs - i * stepMs)
    const ticks = timestamps.map((at) => Math.min(round.tick, tickAt(round, at)))
    const ring = this.kind.ringFor(ageSeconds)
    const values = found.map((series) => series.at(ticks, ring))
    const samples = timestamps.map((timestamp, i) => ({
      sample: values.reduce((sum, of) => sum + of[i]!, 0),
      timestamp,
    }))
    return { rate, samples, ...averagesOf(samples) }
  }
}

/** What stands beside a number in the HTTP API. */
export type Details = {
  /** Change per second between the last two samples. */
  readonly rate: number
  /** Newest first; milliseconds since the epoch. */
  readonly samples?: readonly Sample[]
  readonly avg?: number
  readonly avg_rate?: number
}

export type Sample = {
  readonly sample: number
  readonly timestamp: number
}

export const NO_CHANGE: Details = { rate: 0 }

function averagesOf(samples: readonly Sample[]): { avg: number; avg_rate: number } {
  const newest = samples[0]!
  const oldest = samples.at(-1)!
  const avg = samples.reduce((sum, { sample }) => sum + sample, 0) / samples.length
  const spanMs = newest.timestamp - oldest.timestamp
  return { avg, avg_rate: spanMs === 0 ? 0 : ((newest.sample - oldest.sample) * 1000) / spanMs }
}

/** Details of an object that is not sampled yet: as if it had always been 0. */
export function detailsOfNothing(range: Range | undefined, nowMs: number): Details {
  if (range === undefined) return NO_CHANGE
  return new History(EMPTY_KIND, 0).details([], { tick: 0, intervalMs: 1000, shift: 0 }, range, nowMs)
}

const EMPTY_KIND = new HistoryKind<never>([], [{ spanSeconds: 1, stepSeconds: 1 }], 1000)
