import { median, tableText } from '../statistics.js'

/** One part of a message's way, done again and again. */
export interface Stage {
  readonly name: string
  /** Messages of one round. */
  readonly count: number
  /** Before each round; not timed. */
  prepare?(): void
  /** Handles `count` messages; timed. */
  run(): void | Promise<void>
  /** After each round; not timed. */
  clear?(): void | Promise<void>
  /** After the last round. */
  close?(): void | Promise<void>
}

/** Nanoseconds per message of a stage. */
export interface StageResult {
  readonly name: string
  readonly median: number
  readonly min: number
}

/** Rounds for the compiler, which do not count. */
const WARM_UP_MS = 300

/** Runs a stage for about `ms`, after a warm-up. */
export async function measure(stage: Stage, ms: number): Promise<StageResult> {
  const samples: number[] = []
  const beganMs = performance.now()
  while (samples.length < 5 || performance.now() - beganMs < WARM_UP_MS + ms) {
    stage.prepare?.()
    const fromMs = performance.now()
    const work = stage.run()
    if (work !== undefined) await work
    const elapsedMs = performance.now() - fromMs
    const cleared = stage.clear?.()
    if (cleared !== undefined) await cleared
    if (performance.now() - beganMs >= WARM_UP_MS) samples.push((elapsedMs * 1e6) / stage.count)
  }
  await stage.close?.()
  return { name: stage.name, median: median(samples), min: Math.min(...samples) }
}

export function stageText(results: readonly StageResult[]): string {
  return tableText([
    ['stage', 'ns/message', 'best'],
    ...results.map(({ name, median, min }) => [name, median.toFixed(1), min.toFixed(1)]),
  ])
}
