/**
 * Loaded into the broker's process with `--import`, it watches pauses of its main thread from one SIGUSR2 to the next, and
 * then writes what it saw to the file that its own address names as `report`.
 */
import { writeFileSync } from 'node:fs'
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { type HeapReport, HeapWatch } from './heap-watch.js'

/** What the probe saw. */
export interface PauseReport extends HeapReport {
  /** By how much the loop of events was late, at most. */
  readonly longestLoopDelayMs: number
}

/** How often the loop is looked at: it is late by what it takes longer than this. */
const RESOLUTION_MS = 1

const report = new URL(import.meta.url).searchParams.get('report')
if (report === null) throw new Error('the probe is not told where to report')
let watched: { readonly heap: HeapWatch; readonly loop: IntervalHistogram } | undefined
process.on('SIGUSR2', () => {
  if (watched === undefined) {
    watched = { heap: new HeapWatch(), loop: monitorEventLoopDelay({ resolution: RESOLUTION_MS }) }
    watched.loop.enable()
    return
  }
  watched.loop.disable()
  const longestLoopDelayMs = Math.max(0, watched.loop.max / 1e6 - RESOLUTION_MS)
  const seen: PauseReport = { ...watched.heap.stop(), longestLoopDelayMs }
  watched = undefined
  writeFileSync(report, JSON.stringify(seen))
})
