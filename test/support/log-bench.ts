import { join } from 'node:path'
import { Settlement } from '../../src/core/shard-port.js'
import type { Logger } from '../../src/util/logger.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import {
  DurableShard,
  type DurableShardOptions,
  LOG_FOLDER,
  makeFolders,
  queueOf,
  turning,
} from './durable-shard.js'
import { randomFrom } from './random.js'
import { messageOf, TestPublisher, TestSink } from './shard-fixture.js'
import { SimulatedDisk } from './simulated-disk.js'

const LOG_DEFAULTS = {
  chunkBytes: 2048,
  segmentBytesMax: 4096,
  // Nothing but what is being written stays in memory.
  residentBytesMax: 0,
  summaryDelayMs: 0,
} as const

/** A shard whose log writes summaries at once, and a disk to do harm to. */
export class LogBench {
  readonly clock = new VirtualClock()
  disk: SimulatedDisk
  readonly publisher = new TestPublisher()
  /** Messages of the log at the level error. */
  readonly errors: string[] = []
  durable!: DurableShard
  readonly #options: Partial<DurableShardOptions>
  readonly #seed: number
  #seqNo = 0

  constructor(options: Partial<DurableShardOptions> = {}, seed = 7) {
    this.#options = options
    this.#seed = seed
    this.disk = this.#newDisk()
  }

  #newDisk(): SimulatedDisk {
    return new SimulatedDisk({ clock: this.clock, random: randomFrom(this.#seed), latencyMaxMs: 1 })
  }

  static async started(options: Partial<DurableShardOptions> = {}, seed?: number): Promise<LogBench> {
    const bench = new LogBench(options, seed)
    await bench.run(makeFolders(bench.disk))
    await bench.restart()
    return bench
  }

  async restart(): Promise<void> {
    const { disk, clock } = this
    const queues = [queueOf(1), queueOf(2)]
    const logger = this.#logger()
    this.durable = await this.run(
      DurableShard.start({ disk, clock, queues, logger, ...LOG_DEFAULTS, ...this.#options }),
    )
  }

  /** A clean stop, once summaries are written and what is dead is removed. */
  async stop(): Promise<void> {
    await this.pass(150)
    await this.run(this.durable.stop())
  }

  /** Turns the clock in small steps, between which work that waits for turns of the event loop goes on. */
  async pass(ms: number): Promise<void> {
    for (let i = 0; i < ms; i++) await this.clock.advance(1)
  }

  /** The end of the power. */
  cut(): void {
    this.durable.abandon()
    this.disk = this.disk.crash()
  }

  run<T>(promise: Promise<T>): Promise<T> {
    return turning(this.clock, promise)
  }

  publish(body: string, queueId = 1): void {
    const message = messageOf(body, { properties: { deliveryMode: 2 } })
    this.durable.shard.publish([queueId], message, this.publisher, ++this.#seqNo)
  }

  /** Publishes messages, each in a batch of its own; a body begins with its number. */
  async fill(count: number, bodyBytes = 400, queueId = 1): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.publish(`${i} ${'x'.repeat(bodyBytes)}`, queueId)
      await this.run(this.durable.synced())
    }
  }

  async take(count: number, queueId = 1, noAck = false): Promise<TestSink> {
    const sink = new TestSink()
    for (let i = 0; i < count; i++) {
      await this.run(Promise.resolve(this.durable.shard.get(queueId, noAck, sink)))
    }
    return sink
  }

  settle(sink: TestSink, outcome: Settlement = Settlement.ACK): void {
    for (const { queueId, position } of sink.deliveries) {
      this.durable.shard.settle(queueId, position, 0, outcome)
    }
  }

  /** Bodies in a queue, by their first words. */
  async numbers(queueId = 1): Promise<string[]> {
    const messages = await this.run(this.durable.messages(queueId))
    return messages.map(({ message: { buffer, bodyStart, bodyEnd } }) =>
      firstWord(buffer.toString('latin1', bodyStart, bodyEnd)),
    )
  }

  /** Paths of the log's files whose names end so. */
  async paths(suffix: string): Promise<string[]> {
    const names = await this.run(this.disk.list(LOG_FOLDER))
    return names.filter((name) => name.endsWith(suffix)).map((name) => join(LOG_FOLDER, name))
  }

  /** The files of the log. */
  async contents(): Promise<ReadonlyMap<string, Buffer>> {
    const paths = [...(await this.paths('.segment')), ...(await this.paths('.summary'))]
    return new Map(paths.map((path) => [path, this.disk.contentOf(path)]))
  }

  /** Goes on with another disk that has these files, all of them durable. Nothing may be running. */
  async exchangeDisk(contents: ReadonlyMap<string, Buffer>): Promise<void> {
    this.disk = this.#newDisk()
    await this.run(makeFolders(this.disk))
    for (const [path, octets] of contents) this.disk.setContent(path, octets)
  }

  /** Changes an octet of a file. */
  flip(path: string, at: number): void {
    const octet = this.disk.contentOf(path)[at]!
    this.disk.damage(path, at, Buffer.from([octet ^ (1 << (at % 8))]))
  }

  /** Where a body that begins so lies. */
  async find(text: string): Promise<{ path: string; at: number }> {
    for (const path of await this.paths('.segment')) {
      const at = this.disk.contentOf(path).indexOf(text)
      if (at >= 0) return { path, at }
    }
    throw new Error(`${text} is nowhere`)
  }

  #logger(): Logger {
    const note = (text: string): void => {
      this.errors.push(text)
    }
    return { debug: () => {}, info: () => {}, warning: () => {}, error: note }
  }
}

export function firstWord(body: string): string {
  return body.split(' ')[0]!
}
