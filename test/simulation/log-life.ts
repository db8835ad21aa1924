import assert from 'node:assert/strict'
import type { MessageView } from '../../src/core/message.js'
import { DEFAULT_QUEUE_SETTINGS } from '../../src/core/queue/settings.js'
import type { ShardHost } from '../../src/core/shard-port.js'
import {
  type DeliveryFacts,
  type DeliverySink,
  type PeekedMessage,
  PublishOutcome,
  type QueueDefinition,
  Settlement,
} from '../../src/core/shard-port.js'
import type { SyncMode } from '../../src/storage/file-log/flusher.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { contentOf, DurableShard, makeFolders, queueOf, turning } from '../support/durable-shard.js'
import { randomBytesOf, randomFrom } from '../support/random.js'
import { messageOf } from '../support/shard-fixture.js'
import { SimulatedDisk } from '../support/simulated-disk.js'
import { toldBy } from '../support/told.js'
import { LogModel } from './log-model.js'

/** What may go wrong in a simulation, beside the end of the process or of the power. */
export type Trouble = 'none' | 'reads and removals fail' | 'the disk fills up' | 'a write or sync fails'

export const TROUBLES: readonly Trouble[] = [
  'none',
  'reads and removals fail',
  'the disk fills up',
  'a write or sync fails',
]

export interface Simulation {
  readonly sync: SyncMode['kind']
  readonly lives: number
  readonly powerCuts: number
  readonly confirmed: number
  readonly moved: number
  /** Segments that a start took from their summaries. */
  readonly summarized: number
}

/** A sync takes up to 2 ms of the simulated disk, and another one may have to end before it begins. */
const SYNC_MAX_MS = 4

const SETTLEMENTS = [
  Settlement.ACK,
  Settlement.ACK,
  Settlement.ACK,
  Settlement.REQUEUE,
  Settlement.REQUEUE_FAILED,
  Settlement.DEAD_LETTER,
] as const

/** Logs begin a little before these slots: refs get longer than 31 bits there, than 32, and as long as they can. */
const SLOTS_TO_PASS = [0, 2 ** 14, 2 ** 15, 2 ** 31 - 5000]

/** Some lives of a shard with a log in files, each ended by a stop, a kill or a power cut. */
export class LogSimulation implements ShardHost {
  private readonly random: () => number
  private readonly clock = new VirtualClock()
  private disk: SimulatedDisk
  private readonly model = new LogModel()
  private readonly queues = new Map<number, QueueDefinition>()
  private lastQueueId = 0
  private lastMessage = 0
  private lastSeqNo = 0
  private readonly actOf = new Map<number, number>()
  private confirmed = 0
  private moved = 0
  private summarized = 0
  private powerCuts = 0
  private refused = false
  /** In modes in which that is not durable yet: acts that the log called written, and when. */
  private written: { readonly act: number; readonly atMs: number }[] = []
  /** When a write or sync of this life failed. */
  private failedAtMs = Number.POSITIVE_INFINITY
  private unacked: { readonly queueId: number; readonly position: number }[] = []
  private trouble: Trouble
  private readonly chunkBytes: number
  private readonly segmentBytesMax: number
  private readonly chunkSlotFirst: number
  /** Most messages that are taken or settled at a time: decides whether queues fill up or run dry. */
  private readonly appetite: number
  private readonly diskUseFactor: number
  private readonly cleaningShare: number
  private readonly residentBytesMax: number
  private readonly sync: SyncMode
  private readonly summaryDelayMs: number
  /** Bodies of the usual size have fewer octets than this: decides whether summaries are worth writing. */
  private readonly bodyBytesMax: number
  private durable!: DurableShard

  /** The same number and trouble give the same lives. */
  constructor(seed: number, trouble: Trouble) {
    this.random = randomFrom(seed)
    this.disk = new SimulatedDisk({ clock: this.clock, random: this.random })
    this.trouble = trouble
    this.sync = this.someSync()
    this.chunkBytes = 512 << this.below(4)
    this.segmentBytesMax = this.chunkBytes * (1 + this.below(4))
    this.appetite = 3 << this.below(4)
    this.diskUseFactor = this.below(3)
    this.cleaningShare = [0, 0.1, 0.5, 1][this.below(4)]!
    this.residentBytesMax = this.chunkBytes * this.below(8)
    const slots = SLOTS_TO_PASS[this.below(SLOTS_TO_PASS.length)]!
    this.chunkSlotFirst = Math.max(0, slots - this.below(16))
    this.summaryDelayMs = this.below(20)
    this.bodyBytesMax = this.random() < 0.5 ? 300 : 1200
    for (const make of QUEUES) this.addQueue(make)
  }

  async run(): Promise<Simulation> {
    const lives = 2 + this.below(4)
    await this.turning(makeFolders(this.disk))
    for (let i = 0; i < lives; i++) {
      await this.start()
      const steps = this.below(120)
      for (let step = 0; step < steps; step++) await this.step()
      this.moved += this.durable.log.movedBytes
      await this.end()
    }
    await this.start()
    await this.stopped()
    const { sync, powerCuts, confirmed, moved, summarized } = this
    return { sync: sync.kind, lives, powerCuts, confirmed, moved, summarized }
  }

  // ---- the host

  queueUnused(): void {}

  routeDeadLetter(_vhost: string, exchange: string): readonly number[] {
    const names = exchange.split(' ')
    return [...this.queues.values()].filter(({ name }) => names.includes(name)).map(({ id }) => id)
  }

  // ---- lives

  private async start(): Promise<void> {
    this.unacked = []
    this.written = []
    this.failedAtMs = Number.POSITIVE_INFINITY
    const before = [...this.queues.values()]
    for (const { id, name, durable } of before) {
      if (durable) continue
      this.queues.delete(id)
      this.addQueue((newId) => queueOf(newId, { name, durable: false }))
    }
    await this.compareSources()
    // A shard whose queues have no limits changes nothing at its start: it shows what was found.
    this.durable = await this.open([...this.queues.values()].map(withoutSettings))
    this.refused = false
    this.summarized += this.durable.report.summarized
    this.model.check(await this.everything())
    this.durable.abandon()
    this.disk = this.disk.kill()
    this.durable = await this.open([...this.queues.values()])
  }

  /** Summaries tell what the segments tell, to the last detail. */
  private async compareSources(): Promise<void> {
    const whole = await this.turning(toldBy(this.disk, 'read', this.chunkBytes))
    const short = await this.turning(toldBy(this.disk, 'existing', this.chunkBytes))
    assert.deepEqual({ ...short, summarized: 0 }, whole)
  }

  private open(queues: readonly QueueDefinition[]): Promise<DurableShard> {
    return this.turning(
      DurableShard.start({
        disk: this.disk,
        clock: this.clock,
        queues,
        host: this,
        between: (log) => this.model.between(log),
        chunkBytes: this.chunkBytes,
        segmentBytesMax: this.segmentBytesMax,
        chunkSlotFirst: this.chunkSlotFirst,
        residentBytesMax: this.residentBytesMax,
        diskUseFactor: this.diskUseFactor,
        cleaningShare: this.cleaningShare,
        isSpaceShort: () => this.disk.capacityBytes < Number.POSITIVE_INFINITY,
        unwrittenBytesMax: 64 << 10,
        sync: this.sync,
        summaryDelayMs: this.summaryDelayMs,
        onFailure: () => {
          this.failedAtMs = Math.min(this.failedAtMs, this.clock.monotonic())
        },
      }),
    )
  }

  private async everything(): Promise<Map<number, readonly PeekedMessage[]>> {
    const found = new Map<number, readonly PeekedMessage[]>()
    for (const { id, durable, maxPriority } of this.queues.values()) {
      if (!durable) continue
      const messages = await this.turning(this.durable.messages(id))
      // Only where there are priorities is the order of the queue another than that of arrival.
      found.set(id, maxPriority === 0 ? messages : messages.toSorted(byPosition))
    }
    return found
  }

  private async end(): Promise<void> {
    const dice = this.random()
    if (dice < 0.3) await this.stopped()
    else {
      await this.clock.advance(this.random() * 8)
      this.disk.heal()
      this.durable.abandon()
      this.endProcess(dice < 0.55)
    }
  }

  /** A clean stop loses nothing at all, not even when the power goes after it, unless the disk failed. */
  private async stopped(): Promise<void> {
    if (this.trouble !== 'a write or sync fails') this.disk.heal()
    if (!this.refused) {
      const act = this.model.now
      await this.turning(this.durable.log.close())
      if (!this.refused && this.trouble !== 'a write or sync fails') this.model.durable(act)
    }
    await this.turning(this.durable.stop())
    this.disk.heal()
    this.endProcess(this.random() < 0.5)
  }

  /** The process is gone, or the machine with it; the model hears what must be there nevertheless. */
  private endProcess(withPower: boolean): void {
    const { sync, written } = this
    // After a failed sync the page cache shows what no disk has, and only what was written last is written again at the
    // start: what the weaker modes promise after that is promised of the power cut that follows.
    this.failedAtMs = Math.min(this.failedAtMs, this.disk.lostAtMs)
    const isPowerCut = withPower || (sync.kind !== 'always' && this.failedAtMs < Number.POSITIVE_INFINITY)
    const safeUntilMs = isPowerCut ? this.safeUntilMs() : Number.POSITIVE_INFINITY
    const safe = written.findLast(({ atMs }) => atMs <= safeUntilMs)
    if (safe !== undefined) this.model.durable(safe.act)
    if (isPowerCut) this.powerCuts += 1
    this.disk = isPowerCut ? this.disk.crash() : this.disk.kill()
  }

  /** What was written up to this moment survives a power cut now. */
  private safeUntilMs(): number {
    const { sync } = this
    if (sync.kind !== 'interval') return Number.NEGATIVE_INFINITY
    return Math.min(this.clock.monotonic(), this.failedAtMs) - sync.intervalMs - SYNC_MAX_MS
  }

  /** The log says that everything up to this act is there after a crash, as far as its mode goes. */
  private promised(act: number): void {
    if (this.sync.kind === 'always') this.model.durable(act)
    else this.written.push({ act, atMs: this.clock.monotonic() })
  }

  private turning<T>(promise: Promise<T>): Promise<T> {
    return turning(this.clock, promise)
  }

  // ---- steps

  private async step(): Promise<void> {
    this.makeTrouble()
    const dice = this.random()
    if (dice < 0.5) this.publish()
    else if (dice < 0.72) this.get(this.random() < 0.2)
    else if (dice < 0.95) this.settle()
    else if (dice < 0.96) this.durable.shard.purgeQueue(this.someQueue().id)
    else if (dice < 0.965) this.deleteQueue()
    else await this.clock.advance(this.random() * 30)
    const act = this.model.now
    this.durable.log.whenSynced((error) => {
      if (error === undefined) this.promised(act)
    })
    this.durable.shard.flush()
    if (this.random() < 0.3) this.durable.log.writeDeliveries()
    if (this.random() < 0.5) await this.clock.advance(this.random() * 4)
  }

  private makeTrouble(): void {
    const { disk } = this
    if (this.trouble === 'reads and removals fail') {
      disk.faultRates.read = 0.05
      disk.faultRates.name = 0.05
    } else if (this.trouble === 'the disk fills up') {
      const dice = this.random()
      if (dice < 0.05) disk.capacityBytes = this.below(60_000)
      else if (dice < 0.1) disk.capacityBytes = Number.POSITIVE_INFINITY
    } else if (this.trouble === 'a write or sync fails' && this.random() < 0.01) {
      disk.failNext((['write', 'sync', 'open', 'folder-sync'] as const)[this.below(4)]!)
    }
  }

  private publish(): void {
    const count = 1 << this.below(3)
    for (let i = 0; i < count; i++) {
      const queueIds = [
        ...new Set([this.someQueue(), this.someQueue(), this.someQueue()].map(({ id }) => id)),
      ]
      const number = ++this.lastMessage
      const size = this.random() < 0.03 ? this.below(3 * this.chunkBytes) : this.below(this.bodyBytesMax)
      const body = this.random() < 0.1 ? Buffer.alloc(0) : randomBytesOf(number, size)
      const message = messageOf(body, {
        routingKey: `key ${number}`,
        properties: { messageId: String(number), deliveryMode: this.random() < 0.7 ? 2 : 1 },
      })
      const seqNo = ++this.lastSeqNo
      const outcome = this.durable.shard.publish(
        queueIds.slice(0, 1 + this.below(queueIds.length)),
        message,
        this.publisher,
        seqNo,
      )
      this.actOf.set(seqNo, this.model.now)
      if (outcome === PublishOutcome.REJECTED) this.actOf.delete(seqNo)
    }
  }

  private readonly publisher = {
    confirmed: (seqNo: number): void => {
      this.confirmed += 1
      const act = this.actOf.get(seqNo)
      if (act !== undefined) this.promised(act)
    },
    refused: (): void => {
      assert.equal(this.trouble, 'a write or sync fails')
      this.refused = true
    },
  }

  private get(noAck: boolean): void {
    const { id } = this.someQueue()
    const count = 1 + this.below(this.appetite)
    const sink: DeliverySink = {
      subscribed: () => {},
      canTake: () => true,
      cancelled: () => {},
      deliver: (_id: number, message: MessageView, { queueId, position }: DeliveryFacts) => {
        assert.equal(contentOf(message), this.model.contentAt(queueId, position))
        const isOut = this.unacked.some((each) => each.queueId === queueId && each.position === position)
        assert.ok(!isOut, 'delivered while unacked')
        if (!noAck) this.unacked.push({ queueId, position })
      },
    }
    for (let i = 0; i < count; i++) {
      // One that is on disk comes later, or never if the end is sooner.
      const got = this.durable.shard.get(id, noAck, sink)
      if (got !== true) return
    }
  }

  private settle(): void {
    const count = 1 + this.below(this.appetite)
    for (let i = 0; i < count && this.unacked.length > 0; i++) {
      const place = this.random() < 0.7 ? 0 : this.below(this.unacked.length)
      const [{ queueId, position }] = this.unacked.splice(place, 1) as [(typeof this.unacked)[number]]
      this.durable.shard.settle(queueId, position, 0, SETTLEMENTS[this.below(SETTLEMENTS.length)]!)
    }
  }

  private deleteQueue(): void {
    const { id } = this.someQueue()
    const place = [...this.queues.keys()].indexOf(id)
    this.durable.shard.deleteQueue(id, { ifUnused: false, ifEmpty: false })
    this.queues.delete(id)
    this.model.queueDeleted(id)
    this.unacked = this.unacked.filter(({ queueId }) => queueId !== id)
    const definition = this.addQueue(QUEUES[place % QUEUES.length]!)
    this.durable.shard.createQueue(definition)
  }

  private addQueue(make: (id: number) => QueueDefinition): QueueDefinition {
    const definition = make(++this.lastQueueId)
    this.queues.set(definition.id, definition)
    return definition
  }

  private someSync(): SyncMode {
    const dice = this.random()
    if (dice < 0.5) return { kind: 'always' }
    return dice < 0.75 ? { kind: 'interval', intervalMs: 1 + this.below(40) } : { kind: 'os' }
  }

  private someQueue(): QueueDefinition {
    const queues = [...this.queues.values()]
    return queues[this.below(queues.length)]!
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit)
  }
}

const QUEUES: readonly ((id: number) => QueueDefinition)[] = [
  (id) => queueOf(id, { name: 'plain' }),
  (id) => queueOf(id, { name: 'quorum', type: 'quorum' }),
  (id) => queueOf(id, { name: 'transient', durable: false }),
  (id) => queueOf(id, { name: 'dying', deadLetterExchange: 'plain quorum' }),
  (id) => queueOf(id, { name: 'short', maxLength: 6, deadLetterExchange: 'plain dead' }),
  (id) => queueOf(id, { name: 'dead', maxPriority: 3 }),
  (id) =>
    queueOf(id, {
      name: 'careful',
      type: 'quorum',
      deadLetterExchange: 'dead quorum',
      deadLetterStrategy: 'at-least-once',
      overflow: 'reject-publish',
      deliveryLimit: 2,
    }),
]

function withoutSettings(definition: QueueDefinition): QueueDefinition {
  return { ...definition, settings: DEFAULT_QUEUE_SETTINGS }
}

function byPosition(a: PeekedMessage, b: PeekedMessage): number {
  return a.position - b.position
}
