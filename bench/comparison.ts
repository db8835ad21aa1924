import type { Row } from './battery.js'
import type { Sample } from './sample.js'
import { type Spread, spreadOf, tableText, timesText } from './statistics.js'

/** Samples of one row, by broker; those of one index were taken one after another. */
export type RowSamples = Readonly<Record<string, readonly Sample[]>>

/** How many times better than a rival we are in a row: above 1 is better for us. */
export interface Comparison {
  readonly row: string
  readonly rival: string
  readonly throughput?: Spread
  readonly p50?: Spread
  readonly p99?: Spread
  /** Of processor time per message. */
  readonly processor: Spread
  /** Median processor time of our broker per message, in microseconds. */
  readonly ourProcessorMicros: number
  readonly targetRatio: number | undefined
  readonly targetProcessor: number | undefined
  /** Undefined when the row has no target for this rival. */
  readonly met: boolean | undefined
}

/** Ratios are taken between the samples of one round, and then their median. */
export function compare(row: Row, samples: RowSamples, rival: string): Comparison {
  const ours = samples.leveret
  const theirs = samples[rival]
  const ratio = (better: 'higher' | 'lower', of: (sample: Sample) => number): Spread =>
    spreadOf(
      ours.map((sample, round) =>
        better === 'higher' ? of(sample) / of(theirs[round]) : of(theirs[round]) / of(sample),
      ),
    )
  const processor = ratio('lower', (sample) => sample.processorMicros)
  const target = row.targets[rival]
  const main =
    row.measure === 'throughput'
      ? { throughput: ratio('higher', (sample) => sample.throughput) }
      : {
          // Who has delivered nothing in a round took for ever.
          p50: ratio('lower', (sample) => sample.p50 ?? Number.POSITIVE_INFINITY),
          p99: ratio('lower', (sample) => sample.p99 ?? Number.POSITIVE_INFINITY),
        }
  const least = Math.min(...Object.values(main).map((spread) => spread.median))
  return {
    row: row.name,
    rival,
    ...main,
    processor,
    ourProcessorMicros: spreadOf(ours.map((sample) => sample.processorMicros)).median,
    targetRatio: target?.ratio,
    targetProcessor: target?.processor,
    met:
      target === undefined
        ? undefined
        : least >= target.ratio && (target.processor === undefined || processor.median >= target.processor),
  }
}

/** Ratios as text. Rates are left out on purpose: they say more of the machine than of the broker. */
export function comparisonText(comparisons: readonly Comparison[]): string {
  const cell = (spread: Spread | undefined): string =>
    spread === undefined
      ? '-'
      : `${timesText(spread.median)} (${timesText(spread.min)}..${timesText(spread.max)})`
  const target = (value: number | undefined): string => (value === undefined ? '-' : timesText(value))
  return tableText([
    ['row', 'rival', 'throughput', 'p50', 'p99', 'target', 'cpu/message', 'target', 'our cpu us', 'met'],
    ...comparisons.map((each) => [
      each.row,
      each.rival,
      cell(each.throughput),
      cell(each.p50),
      cell(each.p99),
      target(each.targetRatio),
      cell(each.processor),
      target(each.targetProcessor),
      each.ourProcessorMicros.toFixed(2),
      each.met === undefined ? '-' : each.met ? 'yes' : 'no',
    ]),
  ])
}
