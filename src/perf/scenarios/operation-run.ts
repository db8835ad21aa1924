import { Histogram } from '../histogram.js'
import type { PerfOptions } from '../options.js'
import { latencyReport, type OperationReport } from '../report.js'
import type { RunControl } from '../run-control.js'

/** Tasks of churn and counting scenarios run one after another in each of `options.publishers` workers. */
export interface Operations {
  /** What one of them is, for the report. */
  readonly name: string
  /** How many operations a worker does. */
  limitOf(worker: number): number
  /** Does one; `worker` and `round` count from 0. */
  run(worker: number, round: number): Promise<void>
}

/** Repeats an operation in several workers until time, limit or signal; rejects with the first error of one. */
export async function repeat(
  options: PerfOptions,
  control: RunControl,
  { name, limitOf, run }: Operations,
): Promise<OperationReport> {
  const histogram = new Histogram()
  const startedMs = performance.now()
  const untilMs = options.seconds === 0 ? Infinity : startedMs + options.seconds * 1000
  let failed = false
  const progress = new OperationProgress(options, control, histogram)
  const work = async (worker: number): Promise<void> => {
    const limit = limitOf(worker)
    for (let round = 0; round < limit; round++) {
      const fromMs = performance.now()
      if (failed || control.signal.aborted || fromMs >= untilMs) return
      try {
        await run(worker, round)
      } catch (error) {
        failed = true
        throw error
      }
      histogram.record((performance.now() - fromMs) * 1000)
    }
  }
  try {
    await Promise.all(Array.from({ length: Math.max(1, options.publishers) }, (_, worker) => work(worker)))
  } finally {
    progress.stop()
  }
  const seconds = (performance.now() - startedMs) / 1000
  return {
    kind: 'operations',
    scenario: options.scenario,
    id: options.id,
    seconds,
    operation: name,
    operations: histogram.count,
    rate: histogram.count / seconds,
    latency: latencyReport(histogram) ?? { ...histogram.summary(), histogram: [] },
  }
}

class OperationProgress {
  readonly #timer: NodeJS.Timeout | undefined
  #last = 0

  constructor({ id, intervalSeconds }: PerfOptions, control: RunControl, histogram: Histogram) {
    if (intervalSeconds === 0) return
    this.#timer = setInterval(() => {
      const rate = Math.round((histogram.count - this.#last) / intervalSeconds)
      this.#last = histogram.count
      control.progress(`id: ${id}, ${histogram.count} done, ${rate}/s`)
    }, intervalSeconds * 1000)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
