import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'

const SAMPLE_MS = 20

/** What the heap of this thread did over a time. */
export interface HeapReport {
  /** Octets of objects made per second. */
  readonly bytesPerSecond: number
  readonly pauses: number
  readonly longestPauseMs: number
  readonly totalPauseMs: number
  /** Those of the young generation among the pauses. */
  readonly scavenges: number
  /** Octets of buffers outside the heap, after less before. */
  readonly externalGrowth: number
}

/**
 * Watches allocations and pauses of this thread. V8 does not count what is allocated, so the used heap is sampled: what
 * it grew by between two samples without a collection between them was allocated then.
 */
export class HeapWatch {
  private readonly observer: PerformanceObserver
  private readonly timer: NodeJS.Timeout
  private readonly externalBefore = process.memoryUsage().external
  private lastBytes = getHeapStatistics().used_heap_size
  private lastMs = performance.now()
  private grownBytes = 0
  private grownMs = 0
  private durations: number[] = []
  private scavenges = 0

  constructor() {
    this.observer = new PerformanceObserver((list) => this.observed(list.getEntries()))
    this.observer.observe({ entryTypes: ['gc'] })
    this.timer = setInterval(() => this.sample(), SAMPLE_MS)
  }

  stop(): HeapReport {
    clearInterval(this.timer)
    this.observed(this.observer.takeRecords())
    this.observer.disconnect()
    return {
      bytesPerSecond: this.grownMs === 0 ? Number.NaN : (this.grownBytes / this.grownMs) * 1000,
      pauses: this.durations.length,
      longestPauseMs: Math.max(0, ...this.durations),
      totalPauseMs: this.durations.reduce((sum, each) => sum + each, 0),
      scavenges: this.scavenges,
      externalGrowth: process.memoryUsage().external - this.externalBefore,
    }
  }

  private sample(): void {
    const bytes = getHeapStatistics().used_heap_size
    const ms = performance.now()
    // A heap that shrank was collected: how much was made in that interval is not known.
    if (bytes >= this.lastBytes) {
      this.grownBytes += bytes - this.lastBytes
      this.grownMs += ms - this.lastMs
    }
    this.lastBytes = bytes
    this.lastMs = ms
  }

  private observed(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      this.durations.push(entry.duration)
      if (kindOf(entry) === constants.NODE_PERFORMANCE_GC_MINOR) this.scavenges++
    }
  }
}

/** Which kind of collection it was; Node's types leave it open. */
function kindOf(entry: PerformanceEntry): number | undefined {
  return (entry as { readonly detail?: { readonly kind?: number } }).detail?.kind
}
