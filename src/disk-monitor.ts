import type { BrokerOptions, DiskFreeLimit } from './config/broker-options.js'
import type { Alarms } from './core/alarm.js'
import type { Logger } from './util/logger.js'
import { detectedMemoryBytes } from './util/machine-memory.js'
import { Timer, type Timers } from './util/timers.js'

/** How often the free space is looked at, as RabbitMQ does far from the limit. */
const INTERVAL_MS = 10_000
/** Nearer to the limit than this many times its value, looks come as often as {@link INTERVAL_NEAR_MS}. */
const NEAR_FACTOR = 2
const INTERVAL_NEAR_MS = 1_000

/** What takes writes, by its name in the log of the broker. */
type Writer = 'definitions' | 'messages'

/**
 * Sets and clears the disk alarm, which blocks publishers: while less is free than `disk_free_limit`, while writes fail
 * for lack of room, and for good once the disk has failed.
 */
export class DiskMonitor {
  limitBytes: number
  /** Why the node is unhealthy for good. */
  failure: Error | undefined
  readonly #timers: Timers
  readonly #alarms: Alarms
  readonly #logger: Logger
  readonly #totalMemoryBytes: number | undefined
  readonly #freeBytes: () => Promise<number>
  readonly #timer: Timer
  readonly #failing = new Set<Writer>()
  #isLow = false
  #isSet = false
  #stopped = false

  constructor(
    timers: Timers,
    alarms: Alarms,
    logger: Logger,
    options: BrokerOptions,
    freeBytes: () => Promise<number>,
  ) {
    this.#timers = timers
    this.#alarms = alarms
    this.#logger = logger
    this.#freeBytes = freeBytes
    this.#timer = new Timer(() => void this.#look())
    this.#totalMemoryBytes = options.totalMemoryBytes
    this.limitBytes = limitOf(options.diskFreeLimit, options.totalMemoryBytes)
  }

  /** The disk alarm was set here, and still is. */
  get hasAlarm(): boolean {
    return this.#isSet
  }

  start(): void {
    void this.#look()
  }

  /** Watches by another limit from now on, and looks at once. */
  setLimit(limit: DiskFreeLimit): void {
    this.limitBytes = limitOf(limit, this.#totalMemoryBytes)
    this.#logger.info(`the limit of free disk space is now ${this.limitBytes} octets`)
    void this.#look()
  }

  stop(): void {
    this.#stopped = true
    this.#timers.disarm(this.#timer)
  }

  /** Writes fail because the disk is full, or succeed again. */
  writesFail(writer: Writer, isFull: boolean): void {
    if (isFull) this.#failing.add(writer)
    else this.#failing.delete(writer)
    this.#logger.warning(isFull ? `no room to write ${writer}` : `there is room to write ${writer} again`)
    this.#update()
  }

  /** The disk failed: nothing durable is taken until the broker is started again. */
  failed(error: Error): void {
    this.failure ??= error
    this.#update()
  }

  async #look(): Promise<void> {
    let intervalMs = INTERVAL_MS
    try {
      const free = await this.#freeBytes()
      const isLow = free < this.limitBytes
      if (isLow !== this.#isLow) {
        this.#logger.warning(`${free} octets are free on disk, the limit is ${this.limitBytes}`)
      }
      this.#isLow = isLow
      if (free < this.limitBytes * NEAR_FACTOR) intervalMs = INTERVAL_NEAR_MS
    } catch (error) {
      // A volume that cannot be asked cannot be trusted to take writes.
      if (!this.#isLow) this.#logger.error('free disk space cannot be found out', error)
      this.#isLow = true
    }
    if (this.#stopped) return
    this.#update()
    this.#timers.arm(this.#timer, intervalMs)
  }

  #update(): void {
    const isSet = this.#isLow || this.#failing.size > 0 || this.failure !== undefined
    // Only on a change: an operator may have set or cleared the alarm by hand.
    if (isSet === this.#isSet) return
    this.#isSet = isSet
    if (isSet) this.#alarms.set('disk')
    else this.#alarms.clear('disk')
  }
}

function limitOf(limit: DiskFreeLimit, totalMemoryBytes: number | undefined): number {
  if ('absoluteBytes' in limit) return limit.absoluteBytes
  return limit.relative * (totalMemoryBytes ?? detectedMemoryBytes())
}
