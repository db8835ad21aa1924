import type { MemoryWatermark } from './config/broker-options.js'
import type { Alarms } from './core/alarm.js'
import type { Logger } from './util/logger.js'
import { detectedMemoryBytes } from './util/machine-memory.js'
import { Timer, type Timers } from './util/timers.js'

/** What a monitor watches by. */
export interface MemoryMonitorOptions {
  readonly watermark: MemoryWatermark
  /** Memory to assume; undefined takes what machine and cgroup give. */
  readonly totalMemoryBytes: number | undefined
  readonly intervalMs: number
  /** How much the process uses. Default: its resident set. */
  readonly usedBytes?: () => number
}

/** Sets and clears the memory alarm by looking at what the process uses. */
export class MemoryMonitor {
  /** Use above this sets the alarm. */
  limitBytes: number
  readonly #timers: Timers
  readonly #alarms: Alarms
  readonly #logger: Logger
  readonly #totalMemoryBytes: number | undefined
  readonly #intervalMs: number
  readonly #usedBytes: () => number
  readonly #timer: Timer
  #over = false

  constructor(timers: Timers, alarms: Alarms, logger: Logger, options: MemoryMonitorOptions) {
    this.#timers = timers
    this.#alarms = alarms
    this.#logger = logger
    this.#totalMemoryBytes = options.totalMemoryBytes
    this.#intervalMs = options.intervalMs
    this.#usedBytes = options.usedBytes ?? (() => process.memoryUsage.rss())
    this.limitBytes = limitOf(options.watermark, options.totalMemoryBytes)
    this.#timer = new Timer(() => this.#look())
  }

  /** Looks now and from now on at every interval. */
  start(): void {
    this.#look()
  }

  /** Watches by another watermark from now on, and looks at once. */
  setWatermark(watermark: MemoryWatermark): void {
    this.limitBytes = limitOf(watermark, this.#totalMemoryBytes)
    this.#logger.info(`the memory limit is now ${this.limitBytes} bytes`)
    this.#look()
  }

  stop(): void {
    this.#timers.disarm(this.#timer)
  }

  #look(): void {
    this.#timers.arm(this.#timer, this.#intervalMs)
    const used = this.#usedBytes()
    const over = used > this.limitBytes
    // Only on a change: an operator may have set or cleared the alarm by hand.
    if (over === this.#over) return
    this.#over = over
    if (over) {
      this.#logger.warning(`memory alarm: ${used} bytes used, the limit is ${this.limitBytes}`)
      this.#alarms.set('memory')
    } else {
      this.#logger.warning(`memory alarm cleared: ${used} bytes used, the limit is ${this.limitBytes}`)
      this.#alarms.clear('memory')
    }
  }
}

function limitOf(watermark: MemoryWatermark, totalMemoryBytes: number | undefined): number {
  if ('absoluteBytes' in watermark) return watermark.absoluteBytes
  return watermark.relative * (totalMemoryBytes ?? detectedMemoryBytes())
}
