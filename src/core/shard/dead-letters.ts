import { Timer, type Timers } from '../../util/timers.js'
import { MessageView } from '../message.js'
import { DeadLetterWriter } from '../queue/dead-letter.js'
import type { DeathReason } from '../queue/runtime.js'
import type { ShardQueue } from '../queue/shard-queue.js'
import type { ShardHost } from '../shard-port.js'
import type { ShardLog } from './shard-log.js'

/** How long an at-least-once dead letter that found no place waits before it is tried again. */
const RETRY_MS = 1000

interface Death {
  readonly queue: ShardQueue
  readonly position: number
  readonly reason: DeathReason
  /** At-least-once: queues that have stored the letter already; a repetition leaves them out. */
  storedIn: number[] | undefined
}

/** What the dead letters need of their shard. */
export interface DeadLetterTargets {
  /** The name of a queue of this shard, undefined when it is gone. */
  nameOf(queueId: number): string | undefined
  /** Stores a letter in the queues; true when every one of them took it. */
  store(queueIds: readonly number[], message: MessageView, redelivered: boolean): boolean
}

/**
 * The way of messages from a queue to its dead letter exchange. The source holds a message back until the targets have
 * stored its letter, so that a crash in between repeats it rather than loses it. Deaths are worked off one after
 * another and not inside the operation that caused them, however long the chain of queues is.
 */
export class DeadLetters {
  private readonly log: ShardLog
  private readonly host: ShardHost
  private readonly targets: DeadLetterTargets
  private readonly timers: Timers
  private readonly retryTimer: Timer
  /** One for each letter that is being stored: a target may refuse a letter and so cause another. */
  private readonly writers: DeadLetterWriter[] = []
  private depth = 0
  private readonly source = new MessageView()
  private waiting: Death[] = []
  private refused: Death[] = []
  private running = false

  constructor(log: ShardLog, host: ShardHost, targets: DeadLetterTargets, timers: Timers) {
    this.log = log
    this.host = host
    this.targets = targets
    this.timers = timers
    this.retryTimer = new Timer(() => this.retry())
  }

  add(queue: ShardQueue, position: number, reason: DeathReason): void {
    this.waiting.push({ queue, position, reason, storedIn: undefined })
  }

  /** Works off every death, and those that this causes. */
  run(): void {
    if (this.running || this.waiting.length === 0) return
    this.running = true
    let handled = 0
    try {
      for (; handled < this.waiting.length; handled++) this.handle(this.waiting[handled]!)
    } finally {
      // A log that takes no more throws: what could not be stored is tried again.
      for (; handled < this.waiting.length; handled++) this.putOff(this.waiting[handled]!)
      this.waiting = []
      this.running = false
    }
  }

  /** A message that its queue refused goes to the dead letter exchange without ever having been in the queue. */
  sendRefused(queue: ShardQueue, message: MessageView, reason: DeathReason): void {
    const { deadLetterExchange: exchange } = queue.settings
    if (exchange === undefined) return
    this.withLetter(queue, message, reason, exchange, (queueIds, letter) => {
      this.targets.store(queueIds, letter, false)
    })
  }

  close(): void {
    this.timers.disarm(this.retryTimer)
    this.waiting = []
    this.refused = []
  }

  private handle(death: Death): void {
    const { queue, position, reason } = death
    if (!queue.isHeld(position)) return
    if (!this.log.acceptsDurable) {
      this.putOff(death)
      return
    }
    const { deadLetterExchange: exchange, deadLetterStrategy: strategy } = queue.settings
    if (exchange === undefined) {
      queue.finishHeld(position)
      return
    }
    if (!queue.openHeld(position, this.source)) {
      const ref = queue.refOf(position)
      if (ref === undefined) return
      this.log.fetch(ref, () => {
        this.waiting.push(death)
        this.run()
      })
      return
    }
    const redelivered = queue.isRedelivered(position)
    this.withLetter(queue, this.source, reason, exchange, (queueIds, letter) => {
      this.log.atomically(() => {
        const done =
          strategy === 'at-most-once'
            ? this.storeOnce(queueIds, letter, redelivered)
            : this.storeEverywhere(death, queueIds, letter, redelivered)
        if (done) queue.finishHeld(position)
        else this.putOff(death)
      })
    })
  }

  private storeOnce(queueIds: readonly number[], letter: MessageView, redelivered: boolean): boolean {
    if (queueIds.length > 0) this.targets.store(queueIds, letter, redelivered)
    return true
  }

  /** Stores the letter in each queue that does not have it; true when there are queues and all of them have it. */
  private storeEverywhere(
    death: Death,
    queueIds: readonly number[],
    letter: MessageView,
    redelivered: boolean,
  ): boolean {
    const storedIn = death.storedIn ?? []
    death.storedIn = storedIn
    let everywhere = queueIds.length > 0
    for (const id of queueIds) {
      if (storedIn.includes(id)) continue
      if (this.targets.store([id], letter, redelivered)) storedIn.push(id)
      else everywhere = false
    }
    return everywhere
  }

  /** Makes the letter of a message and calls `deliver` with the queues that take it. */
  private withLetter(
    queue: ShardQueue,
    message: MessageView,
    reason: DeathReason,
    exchange: string,
    deliver: (queueIds: readonly number[], letter: MessageView) => void,
  ): void {
    const { definition, settings } = queue
    const writer = this.writers[this.depth] ?? new DeadLetterWriter()
    this.writers[this.depth] = writer
    this.depth += 1
    try {
      const nowMs = this.timers.clock.now()
      writer.write(message, definition.name, reason, exchange, settings.deadLetterRoutingKey, nowMs)
      const routed = this.host.routeDeadLetter(definition.vhost, exchange, writer.routingKeys, writer.message)
      const queueIds = routed.filter((id) => {
        const name = this.targets.nameOf(id)
        return name !== undefined && !writer.isCycle(reason, name)
      })
      deliver(queueIds, writer.message)
    } finally {
      this.depth -= 1
    }
  }

  private putOff(death: Death): void {
    this.refused.push(death)
    if (!this.retryTimer.armed) this.timers.arm(this.retryTimer, RETRY_MS)
  }

  private retry(): void {
    const again = this.refused
    this.refused = []
    for (const death of again) this.waiting.push(death)
    this.run()
  }
}
