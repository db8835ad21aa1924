import type { PublishTarget } from '../core/doors.js'
import { countSizes, type MessageSizes, type PublishCounts } from '../core/statistics.js'

/** What one channel published to one exchange. Each publish bumps fields here; the exchange learns of it by {@link fold}. */
export class ExchangeUse implements PublishCounts {
  readonly target: PublishTarget
  publish = 0
  routed = 0
  returnUnroutable = 0
  dropUnroutable = 0
  /** Publishes that were nacked. */
  rejected = 0
  publishConfirm = 0
  confirm = 0
  private readonly sizes: MessageSizes
  /**
   * The last publishes were all of this size, from the one after `runStart` on. Most publishers send one size, and to
   * count each message in the histogram costs 5 ns, a seventh of what publishing takes here.
   */
  private runOctets = 0
  private runStart = 0
  /** Publishes before the channel began to confirm; undefined until it does. */
  private beforeConfirm: number | undefined
  private readonly folded = { publish: 0, routed: 0, publishConfirm: 0, confirm: 0, returned: 0, dropped: 0 }

  constructor(target: PublishTarget, confirmMode: boolean) {
    this.target = target
    this.sizes = target.counters.sizes
    if (confirmMode) this.beforeConfirm = 0
  }

  /** One more, which went to so many queues. */
  count(queues: number, octets: number): void {
    this.publish += 1
    this.routed += queues
    if (octets !== this.runOctets) this.endRun(octets)
  }

  /** The message counted last, of a new size, begins another run. */
  private endRun(octets: number): void {
    const before = this.publish - 1
    countSizes(this.sizes, this.runOctets, before - this.runStart)
    this.runOctets = octets
    this.runStart = before
  }

  confirmsFromNow(): void {
    this.beforeConfirm ??= this.publish
  }

  /** Tells the exchange what is new. `unconfirmed` publishes of these wait for their confirm. */
  fold(unconfirmed: number): void {
    countSizes(this.sizes, this.runOctets, this.publish - this.runStart)
    this.runStart = this.publish
    const { folded, beforeConfirm } = this
    if (beforeConfirm !== undefined) {
      this.publishConfirm = this.publish - beforeConfirm
      // Which exchange an outstanding confirm belongs to is not known exactly, so what was counted stays counted.
      this.confirm = Math.max(this.confirm, this.publishConfirm - this.rejected - unconfirmed)
    }
    if (this.publish === folded.publish && this.confirm === folded.confirm) return
    this.target.counters.add({
      publish: this.publish - folded.publish,
      routed: this.routed - folded.routed,
      publishConfirm: this.publishConfirm - folded.publishConfirm,
      confirm: this.confirm - folded.confirm,
      returnUnroutable: this.returnUnroutable - folded.returned,
      dropUnroutable: this.dropUnroutable - folded.dropped,
    })
    folded.publish = this.publish
    folded.routed = this.routed
    folded.publishConfirm = this.publishConfirm
    folded.confirm = this.confirm
    folded.returned = this.returnUnroutable
    folded.dropped = this.dropUnroutable
  }
}

/** The exchanges that a channel has published to. */
export class ExchangeUses {
  private readonly uses = new Map<PublishTarget, ExchangeUse>()
  /** Of exchanges that are gone. */
  private readonly gone = noCounts()
  private confirmMode = false
  private last: ExchangeUse | undefined

  of(target: PublishTarget): ExchangeUse {
    let use = this.uses.get(target)
    if (use === undefined) {
      use = new ExchangeUse(target, this.confirmMode)
      this.uses.set(target, use)
    }
    this.last = use
    return use
  }

  confirmsFromNow(): void {
    this.confirmMode = true
    for (const use of this.uses.values()) use.confirmsFromNow()
  }

  /** Brings the counters of the exchanges up to date and returns the sums. */
  fold(unconfirmed: number): {
    readonly sum: PublishCounts
    readonly byExchange: Map<string, PublishCounts>
  } {
    const byExchange = new Map<string, PublishCounts>()
    const sum = { ...this.gone }
    for (const [target, use] of this.uses) {
      use.fold(use === this.last ? unconfirmed : 0)
      add(sum, use)
      if (target.stale) {
        add(this.gone, use)
        this.uses.delete(target)
      } else {
        byExchange.set(target.name, use)
      }
    }
    return { sum, byExchange }
  }
}

type Sums = { -readonly [Name in keyof PublishCounts]: number }

function noCounts(): Sums {
  return { publish: 0, routed: 0, publishConfirm: 0, confirm: 0, returnUnroutable: 0, dropUnroutable: 0 }
}

function add(sums: Sums, more: PublishCounts): void {
  sums.publish += more.publish
  sums.routed += more.routed
  sums.publishConfirm += more.publishConfirm
  sums.confirm += more.confirm
  sums.returnUnroutable += more.returnUnroutable
  sums.dropUnroutable += more.dropUnroutable
}
