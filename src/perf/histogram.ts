// Buckets are exact up to 32 us; above, each power of two is divided into 32, so that a value is known to 3 %.
const SUB_BITS = 5
const SUB_COUNT = 1 << SUB_BITS
const POWERS = 32 - SUB_BITS

/** Buckets of a histogram: values from 0 to 2^32 - 1. */
export const BUCKET_COUNT = SUB_COUNT + POWERS * SUB_COUNT
/** Doubles that one histogram takes: the buckets, then count, sum, least and greatest value. */
export const HISTOGRAM_DOUBLES = BUCKET_COUNT + 4

const COUNT = BUCKET_COUNT
const SUM = BUCKET_COUNT + 1
const MIN = BUCKET_COUNT + 2
const MAX = BUCKET_COUNT + 3
const VALUE_MAX = 0xffffffff

/** Percentiles that reports show. */
export const PERCENTILES = [50, 75, 95, 99, 99.9] as const

/** What a report says of a histogram, in microseconds. */
export interface LatencySummary {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly max: number
  readonly p50: number
  readonly p75: number
  readonly p95: number
  readonly p99: number
  readonly p999: number
}

/**
 * Durations in whole microseconds, counted in buckets whose width is at most 3 % of the value. It lives in doubles that
 * may be shared between threads: one writes, others may read at any time.
 */
export class Histogram {
  private readonly cells: Float64Array

  constructor(cells: Float64Array = new Float64Array(HISTOGRAM_DOUBLES)) {
    this.cells = cells
  }

  get count(): number {
    return this.cells[COUNT]
  }

  /** Counts `times` occurrences of a duration; what is below 0 counts as 0, what is beyond the range as its end. */
  record(micros: number, times = 1): void {
    const cells = this.cells
    const value = micros > 0 ? Math.min(Math.floor(micros), VALUE_MAX) : 0
    if (cells[COUNT] === 0 || value < cells[MIN]) cells[MIN] = value
    if (value > cells[MAX]) cells[MAX] = value
    cells[bucketOf(value)] += times
    cells[SUM] += value * times
    cells[COUNT] += times
  }

  /** Adds what another one counted. */
  add(other: Histogram): void {
    if (other.cells[COUNT] === 0) return
    const { cells } = this
    cells[MIN] = cells[COUNT] === 0 ? other.cells[MIN] : Math.min(cells[MIN], other.cells[MIN])
    cells[MAX] = Math.max(cells[MAX], other.cells[MAX])
    for (let i = 0; i <= SUM; i++) cells[i] += other.cells[i]
  }

  /** What was counted since `earlier`, a copy of this one. Least and greatest are known to their bucket only. */
  since(earlier: Histogram): Histogram {
    const difference = new Histogram()
    const { cells } = difference
    let least = -1
    let greatest = 0
    for (let i = 0; i <= SUM; i++) cells[i] = this.cells[i] - earlier.cells[i]
    for (let i = 0; i < BUCKET_COUNT; i++) {
      if (cells[i] === 0) continue
      if (least < 0) least = i
      greatest = i
    }
    cells[MIN] = Math.max(lowestOf(Math.max(least, 0)), this.cells[MIN])
    cells[MAX] = Math.min(highestOf(greatest), this.cells[MAX])
    return difference
  }

  copy(): Histogram {
    return new Histogram(Float64Array.from(this.cells))
  }

  /** The value that `percent` of all values do not exceed, as the upper end of its bucket; 0 when there is none. */
  percentile(percent: number): number {
    const { cells } = this
    const wanted = Math.max(1, Math.ceil((percent / 100) * cells[COUNT]))
    let seen = 0
    for (let i = 0; i < BUCKET_COUNT; i++) {
      seen += cells[i]
      if (seen >= wanted) return Math.min(highestOf(i), cells[MAX])
    }
    return cells[MAX]
  }

  summary(): LatencySummary {
    const { cells } = this
    return {
      count: cells[COUNT],
      min: cells[MIN],
      mean: cells[COUNT] === 0 ? 0 : Math.round(cells[SUM] / cells[COUNT]),
      max: cells[MAX],
      p50: this.percentile(50),
      p75: this.percentile(75),
      p95: this.percentile(95),
      p99: this.percentile(99),
      p999: this.percentile(99.9),
    }
  }

  /** Counts by powers of two: `upTo` is the greatest value of a row, in microseconds. Empty rows at the ends are left out. */
  rows(): { readonly upTo: number; readonly count: number }[] {
    const rows: { upTo: number; count: number }[] = []
    for (let power = 0; power <= 32; power++) {
      const upTo = 2 ** power - 1
      rows.push({ upTo, count: 0 })
    }
    for (let i = 0; i < BUCKET_COUNT; i++) {
      rows[32 - Math.clz32(lowestOf(i))].count += this.cells[i]
    }
    const first = rows.findIndex((row) => row.count > 0)
    const last = rows.findLastIndex((row) => row.count > 0)
    return first < 0 ? [] : rows.slice(first, last + 1)
  }
}

/** The bucket of a whole number from 0 to 2^32 - 1. */
export function bucketOf(value: number): number {
  if (value < SUB_COUNT) return value
  const shift = 31 - Math.clz32(value) - SUB_BITS
  return SUB_COUNT + shift * SUB_COUNT + ((value >>> shift) - SUB_COUNT)
}

/** The least value of a bucket. */
export function lowestOf(bucket: number): number {
  if (bucket < SUB_COUNT) return bucket
  const shift = (bucket - SUB_COUNT) >>> SUB_BITS
  return (SUB_COUNT + ((bucket - SUB_COUNT) & (SUB_COUNT - 1))) * 2 ** shift
}

/** The greatest value of a bucket. */
export function highestOf(bucket: number): number {
  return bucket + 1 >= BUCKET_COUNT ? VALUE_MAX : lowestOf(bucket + 1) - 1
}
