import type { MessageView } from '../../src/core/message.js'
import { DEFAULT_QUEUE_SETTINGS } from '../../src/core/queue/settings.js'
import { LocalShard } from '../../src/core/shard/local-shard.js'
import type { ShardLog } from '../../src/core/shard/shard-log.js'
import type { PeekedMessage, QueueDefinition, ShardHost } from '../../src/core/shard-port.js'
import type { Disk } from '../../src/storage/disk.js'
import type { FileLog } from '../../src/storage/file-log/file-log.js'
import type { FileLogOptions } from '../../src/storage/file-log/file-log-options.js'
import { openFileLog } from '../../src/storage/file-log/open-file-log.js'
import type { RecoveryReport } from '../../src/storage/file-log/recovery.js'
import { Arena } from '../../src/util/arena.js'
import type { Clock } from '../../src/util/clock.js'
import { SILENT_LOGGER } from '../../src/util/logger.js'
import { Timers } from '../../src/util/timers.js'
import type { VirtualClock } from '../../src/util/virtual-clock.js'
import { ProcessClock } from './process-clock.js'
import { randomBytesOf } from './random.js'
import { type QueueOptions, TestHost } from './shard-fixture.js'

export const LOG_FOLDER = '/data/log'
export const SCRATCH_FOLDER = '/data/scratch'

export interface DurableShardOptions extends Partial<FileLogOptions> {
  readonly disk: Disk
  readonly clock: Clock
  /** Queues that the definitions know. */
  readonly queues: readonly QueueDefinition[]
  readonly host?: ShardHost
  /** Puts something between the shard and its log. */
  readonly between?: (log: ShardLog) => ShardLog
}

/** Memory that the shards of one test after the other use. */
const arena = new Arena(4 << 20)
let salts = 0

/** A shard with a log in files, as a broker would have it; what the definitions keep is handed in. */
export class DurableShard {
  readonly shard: LocalShard
  readonly log: FileLog
  readonly report: RecoveryReport
  readonly timers: Timers
  private readonly clock: ProcessClock

  private constructor(
    shard: LocalShard,
    log: FileLog,
    report: RecoveryReport,
    timers: Timers,
    clock: ProcessClock,
  ) {
    this.shard = shard
    this.log = log
    this.report = report
    this.timers = timers
    this.clock = clock
  }

  static async start(options: DurableShardOptions): Promise<DurableShard> {
    const { queues, host = new TestHost(), between = (log: ShardLog) => log } = options
    const clock = new ProcessClock(options.clock)
    const timers = new Timers(clock)
    try {
      const { log, shard, report } = await openFileLog(
        {
          folder: LOG_FOLDER,
          scratchFolder: SCRATCH_FOLDER,
          arena,
          logger: SILENT_LOGGER,
          randomOctets: (count) => randomBytesOf(++salts, count),
          sync: { kind: 'always' },
          segmentBytesMax: 1 << 20,
          residentBytesMax: 64 << 20,
          unwrittenBytesMax: 16 << 20,
          ...options,
          clock,
        },
        (log) => {
          const shard = new LocalShard(between(log), timers, host)
          for (const queue of queues) shard.createQueue(queue)
          return shard
        },
      )
      return new DurableShard(shard, log, report, timers, clock)
    } catch (error) {
      timers.close()
      throw error
    }
  }

  /** A clean stop. */
  async stop(): Promise<void> {
    await this.log.close()
    this.shard.close()
    this.timers.close()
  }

  /** The process is gone: nothing of it happens any more. The disk has to be killed or crashed as well. */
  abandon(): void {
    this.timers.close()
    this.clock.end()
  }

  /** Everything that is in a queue. */
  messages(queueId: number): Promise<readonly PeekedMessage[]> {
    const request = {
      from: undefined,
      messageMax: Number.POSITIVE_INFINITY,
      octetMax: Number.POSITIVE_INFINITY,
    }
    return new Promise((resolve) => this.shard.peek(queueId, request, ({ messages }) => resolve(messages)))
  }

  /** Resolves once all that was done is durable. */
  synced(): Promise<void> {
    return new Promise((resolve, reject) =>
      this.log.whenSynced((error) => (error === undefined ? resolve() : reject(error))),
    )
  }
}

/** The folders of a new data directory, with durable names. */
export async function makeFolders(disk: Disk): Promise<void> {
  for (const folder of [LOG_FOLDER, SCRATCH_FOLDER]) await disk.makeFolder(folder)
  for (const folder of ['/data', '/']) await disk.syncDirectory(folder)
}

/** What a queue is made from: a durable classic queue unless told otherwise. */
export function queueOf(id: number, options: QueueOptions = {}): QueueDefinition {
  return {
    vhost: '/',
    type: 'classic',
    durable: true,
    autoDelete: false,
    exclusive: false,
    maxPriority: 0,
    singleActiveConsumer: false,
    name: `q${id}`,
    ...options,
    id,
    settings: { ...DEFAULT_QUEUE_SETTINGS, ...options },
  }
}

/** The octets of a message that consumers see, as text that can be compared. */
export function contentOf(message: MessageView): string {
  const { buffer, routingStart, routingEnd, propertiesStart, propertiesEnd, bodyStart, bodyEnd } = message
  return Buffer.concat([
    buffer.subarray(routingStart, routingEnd),
    buffer.subarray(propertiesStart, propertiesEnd),
    buffer.subarray(bodyStart, bodyEnd),
  ]).toString('latin1')
}

/** Turns of the clock after which a promise that has not settled never will. */
const TURNS_MAX = 20_000

/** Turns the clock until a promise settles; work that waits for turns of the event loop has its time as well. */
export async function turning<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  promise.then(over, over)
  await clock.advance(0)
  for (let i = 0; !isOver; i++) {
    if (i === TURNS_MAX) throw new Error('nothing comes of it')
    await clock.advance(1)
  }
  return promise
}
