import assert from 'node:assert/strict'
import type { MessageView } from '../../src/core/message.js'
import type { ShardLog, ShardLogOwner } from '../../src/core/shard/shard-log.js'
import type { PeekedMessage } from '../../src/core/shard-port.js'
import { contentOf } from '../support/durable-shard.js'

interface Counts {
  readonly act: number
  readonly deliveryCount: number
  readonly acquiredCount: number
}

/** A message in a queue, and when what happened to it. Acts are numbered in the order in which the log heard of them. */
interface Entry {
  readonly record: Appended
  readonly queueId: number
  readonly position: number
  readonly kept: boolean
  delivered: number | undefined
  settled: number | undefined
  counts: Counts[]
  /** Piece of work in which it was settled. */
  settledIn: Group | undefined
}

interface Appended {
  readonly content: string
  readonly act: number
  readonly group: Group | undefined
  readonly entries: Entry[]
}

/** What was done atomically. */
interface Group {
  readonly appended: Appended[]
  readonly settled: Entry[]
}

/**
 * What a log was told, and what it must therefore find after a crash: what it called durable, and any part of what came
 * later, atomic pieces whole.
 */
export class LogModel {
  private readonly entries = new Map<string, Entry>()
  private act = 0
  private durableAct = 0
  private group: Group | undefined
  private groups: Group[] = []

  /** Stands between a shard and its log, and takes notes. */
  between(log: ShardLog): ShardLog {
    return new NotedLog(log, this)
  }

  contentAt(queueId: number, position: number): string {
    return this.entryOf(queueId, position).record.content
  }

  /** Number of the last act. */
  get now(): number {
    return this.act
  }

  /** Everything up to this act is durable: somebody was told so. */
  durable(act: number): void {
    this.durableAct = Math.max(this.durableAct, act)
  }

  queueDeleted(queueId: number): void {
    for (const [key, entry] of this.entries) if (entry.queueId === queueId) this.entries.delete(key)
  }

  appended(message: MessageView): Appended {
    const record = { content: contentOf(message), act: ++this.act, group: this.group, entries: [] }
    this.group?.appended.push(record)
    return record
  }

  target(record: Appended, queueId: number, position: number, kept: boolean): void {
    const entry: Entry = {
      record,
      queueId,
      position,
      kept,
      delivered: undefined,
      settled: undefined,
      counts: [],
      settledIn: undefined,
    }
    record.entries.push(entry)
    this.entries.set(keyOf(queueId, position), entry)
  }

  delivered(queueId: number, position: number): void {
    const entry = this.entryOf(queueId, position)
    this.act += 1
    entry.delivered ??= this.act
    // To a queue that counts: a delivery from which nothing came back has failed.
    entry.counts.push({ act: this.act, deliveryCount: 1, acquiredCount: 1 })
  }

  settled(queueId: number, position: number): void {
    const entry = this.entryOf(queueId, position)
    assert.equal(entry.settled, undefined, 'settled twice')
    entry.settled = ++this.act
    entry.settledIn = this.group
    this.group?.settled.push(entry)
  }

  counted(queueId: number, position: number, deliveryCount: number, acquiredCount: number): void {
    this.entryOf(queueId, position).counts.push({ act: ++this.act, deliveryCount, acquiredCount })
  }

  atomically(work: () => void): void {
    const outer = this.group
    this.group ??= { appended: [], settled: [] }
    if (outer === undefined) this.groups.push(this.group)
    try {
      work()
    } finally {
      this.group = outer
    }
  }

  /** Compares what a restart found, by queue, with what may be; goes on from what is. */
  check(found: ReadonlyMap<number, readonly PeekedMessage[]>): void {
    const present = new Set<Entry>()
    for (const [queueId, messages] of found) {
      let last = -1
      for (const message of messages) {
        const entry = this.entries.get(keyOf(queueId, message.position))
        assert.ok(entry, `queue ${queueId} has a message at ${message.position} that it never had`)
        assert.ok(!present.has(entry), `queue ${queueId} has the message at ${message.position} twice`)
        assert.ok(message.position > last, `queue ${queueId} has its messages in another order`)
        last = message.position
        this.checkPresent(entry, message)
        present.add(entry)
      }
    }
    for (const entry of this.entries.values()) {
      if (found.has(entry.queueId) && !present.has(entry)) this.checkAbsent(entry)
    }
    this.checkWhole(present, (queueId) => found.has(queueId))
    this.goOn(present, found)
  }

  private checkPresent(entry: Entry, message: PeekedMessage): void {
    const where = `queue ${entry.queueId}, position ${entry.position}`
    assert.ok(entry.kept, `${where}: a message that its queue does not keep is there`)
    assert.equal(contentOf(message.message), entry.record.content, `${where}: other content`)
    const { settled, delivered } = entry
    assert.ok(!this.isDurable(settled), `${where}: it was settled, durably (act ${settled}), and is there`)
    if (this.isDurable(delivered)) assert.ok(message.redelivered, `${where}: was delivered, durably`)
    if (delivered === undefined && entry.counts.length === 0)
      assert.ok(!message.redelivered, `${where}: never delivered`)
    if (message.deliveryCount < 0) return
    const none: Counts = { act: 0, deliveryCount: 0, acquiredCount: 0 }
    const counts = [none, ...entry.counts]
    const firstPossible = counts.findLastIndex(({ act }) => act <= this.durableAct)
    const isPossible = counts
      .slice(firstPossible)
      .some(
        ({ deliveryCount, acquiredCount }) =>
          deliveryCount === message.deliveryCount && acquiredCount === message.acquiredCount,
      )
    assert.ok(
      isPossible,
      `${where}: counts ${message.deliveryCount}/${message.acquiredCount} are none of ${JSON.stringify(counts)}`,
    )
  }

  private checkAbsent(entry: Entry): void {
    if (!entry.kept || entry.settled !== undefined || !this.isDurable(entry.record.act)) return
    assert.fail(
      `queue ${entry.queueId}, position ${entry.position}: stored durably (act ${entry.record.act}), not settled, not there`,
    )
  }

  private checkWhole(present: ReadonlySet<Entry>, isKnown: (queueId: number) => boolean): void {
    /** True when the store must have come through, false when it must not have, undefined when one cannot tell. */
    const storedOf = (record: Appended): boolean | undefined => {
      const telling = record.entries.filter(
        (entry) =>
          entry.kept &&
          isKnown(entry.queueId) &&
          this.entries.get(keyOf(entry.queueId, entry.position)) === entry,
      )
      if (telling.some((entry) => present.has(entry))) return true
      return telling.some((entry) => entry.settled === undefined) ? false : undefined
    }
    const records = new Set([...this.entries.values()].map(({ record }) => record))
    for (const record of records) {
      if (storedOf(record) !== true) continue
      for (const entry of record.entries) {
        const counts =
          entry.kept &&
          isKnown(entry.queueId) &&
          this.entries.get(keyOf(entry.queueId, entry.position)) === entry
        if (counts && entry.settled === undefined)
          assert.ok(present.has(entry), `a message for several queues is not in queue ${entry.queueId}`)
      }
    }
    for (const group of this.groups) {
      const settledKnown = group.settled.filter(
        (entry) =>
          this.entries.get(keyOf(entry.queueId, entry.position)) === entry &&
          entry.kept &&
          isKnown(entry.queueId),
      )
      const came = settledKnown.some((entry) => !present.has(entry) && this.isDurable(entry.record.act))
      const failed = settledKnown.some((entry) => present.has(entry))
      for (const record of group.appended) {
        const stored = storedOf(record)
        if (came) assert.notEqual(stored, false, 'a message left its queue and is not where it was to go')
        if (failed)
          assert.notEqual(stored, true, 'a message is where it was to go and did not leave its queue')
      }
    }
  }

  /** What was found is the truth from now on. */
  private goOn(present: ReadonlySet<Entry>, found: ReadonlyMap<number, readonly PeekedMessage[]>): void {
    for (const [key, entry] of this.entries) if (!present.has(entry)) this.entries.delete(key)
    for (const [queueId, messages] of found) {
      for (const { position, redelivered, deliveryCount, acquiredCount } of messages) {
        const entry = this.entryOf(queueId, position)
        entry.settled = undefined
        entry.settledIn = undefined
        entry.delivered = redelivered ? 0 : undefined
        entry.counts =
          deliveryCount > 0 || acquiredCount > 0 ? [{ act: 0, deliveryCount, acquiredCount }] : []
      }
    }
    this.groups = []
    this.durableAct = this.act
  }

  private isDurable(act: number | undefined): boolean {
    return act !== undefined && act <= this.durableAct
  }

  private entryOf(queueId: number, position: number): Entry {
    const entry = this.entries.get(keyOf(queueId, position))
    assert.ok(entry, `queue ${queueId} speaks of position ${position}, where nothing is`)
    return entry
  }
}

class NotedLog implements ShardLog {
  private readonly log: ShardLog
  private readonly model: LogModel
  private last: Appended | undefined

  constructor(log: ShardLog, model: LogModel) {
    this.log = log
    this.model = model
  }

  get isCongested(): boolean {
    return this.log.isCongested
  }

  get deliveryTicket(): number {
    return this.log.deliveryTicket
  }

  get writtenTicket(): number {
    return this.log.writtenTicket
  }

  get syncedTicket(): number {
    return this.log.syncedTicket
  }

  get onAdvance(): (() => void) | undefined {
    return this.log.onAdvance
  }

  set onAdvance(callback: (() => void) | undefined) {
    this.log.onAdvance = callback
  }

  writeDeliveries(): void {
    this.log.writeDeliveries()
  }

  attach(owner: ShardLogOwner): void {
    this.log.attach(owner)
  }

  append(message: MessageView, targetCount: number, durable: boolean, nowMs: number): number {
    this.last = this.model.appended(message)
    return this.log.append(message, targetCount, durable, nowMs)
  }

  setTarget(ref: number, target: number, queueId: number, position: number, kept: boolean): void {
    this.model.target(this.last!, queueId, position, kept)
    this.log.setTarget(ref, target, queueId, position, kept)
  }

  open(ref: number, view: MessageView): boolean {
    return this.log.open(ref, view)
  }

  fetch(ref: number, done: () => void): void {
    this.log.fetch(ref, done)
  }

  publishedAtMs(ref: number): number {
    return this.log.publishedAtMs(ref)
  }

  release(ref: number): void {
    this.log.release(ref)
  }

  settled(queueId: number, position: number, ref: number): void {
    this.model.settled(queueId, position)
    this.log.settled(queueId, position, ref)
  }

  delivered(queueId: number, position: number, ref: number): void {
    this.model.delivered(queueId, position)
    this.log.delivered(queueId, position, ref)
  }

  counted(queueId: number, position: number, ref: number, deliveries: number, acquisitions: number): void {
    this.model.counted(queueId, position, deliveries, acquisitions)
    this.log.counted(queueId, position, ref, deliveries, acquisitions)
  }

  atomically(work: () => void): void {
    this.model.atomically(() => this.log.atomically(work))
  }

  get acceptsDurable(): boolean {
    return this.log.acceptsDurable
  }

  get acceptsTransient(): boolean {
    return this.log.acceptsTransient
  }

  get isSynced(): boolean {
    return this.log.isSynced
  }

  whenSynced(done: (error: Error | undefined) => void): void {
    this.log.whenSynced(done)
  }

  get residentBytes(): number {
    return this.log.residentBytes
  }
}

function keyOf(queueId: number, position: number): string {
  return `${queueId}/${position}`
}
