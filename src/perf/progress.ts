import type { Counters, Totals } from './counters.js'
import type { Histogram } from './histogram.js'
import { rateText } from './report-text.js'

/** Writes a line now and then that says how fast messages move. */
export class Progress {
  private readonly id: string
  private readonly counters: Counters
  private readonly write: (line: string) => void
  private readonly timer: NodeJS.Timeout | undefined
  private readonly startedMs = performance.now()
  private lastMs = this.startedMs
  private last: Totals
  private lastLatency: Histogram

  /** `intervalSeconds` of 0 writes nothing. */
  constructor(id: string, counters: Counters, intervalSeconds: number, write: (line: string) => void) {
    this.id = id
    this.counters = counters
    this.write = write
    this.last = counters.totals()
    this.lastLatency = counters.latency()
    if (intervalSeconds > 0) this.timer = setInterval(() => this.tick(), intervalSeconds * 1000)
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private tick(): void {
    const nowMs = performance.now()
    const seconds = (nowMs - this.lastMs) / 1000
    const totals = this.counters.totals()
    const latency = this.counters.latency()
    const rate = (name: keyof Totals): string => rateText((totals[name] - this.last[name]) / seconds)
    const parts = [`time: ${((nowMs - this.startedMs) / 1000).toFixed(3)}s`, `sent: ${rate('sent')}`]
    if (totals.confirmed > 0) parts.push(`confirmed: ${rate('confirmed')}`)
    if (totals.nacked > 0) parts.push(`refused: ${rate('nacked')}`)
    if (totals.returned > 0) parts.push(`returned: ${rate('returned')}`)
    parts.push(`received: ${rate('received')}`)
    const fresh = latency.since(this.lastLatency)
    if (fresh.count > 0) {
      const { min, p50, p75, p95, p99 } = fresh.summary()
      parts.push(`min/median/75th/95th/99th latency: ${[min, p50, p75, p95, p99].join('/')} µs`)
    }
    this.write(`id: ${this.id}, ${parts.join(', ')}`)
    this.lastMs = nowMs
    this.last = totals
    this.lastLatency = latency
  }
}
