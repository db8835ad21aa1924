import type { BrokerOptions, DiskFreeLimit } from './config/broker-options.js'
import type { DefinitionChange } from './core/definition-log.js'
import type { LocalShard } from './core/shard/local-shard.js'
import type { ShardLog } from './core/shard/shard-log.js'
import { DiskMonitor } from './disk-monitor.js'
import { FileDefinitionLog } from './metadata/file-definition-log.js'
import type { NodeStorage, StorageSurroundings } from './node-storage.js'
import { DataDirectory } from './storage/data-directory.js'
import type { Disk } from './storage/disk.js'
import type { FileLog } from './storage/file-log/file-log.js'
import { SEGMENT_BYTES_DEFAULT } from './storage/file-log/file-log-options.js'
import { openFileLog } from './storage/file-log/open-file-log.js'
import type { RecoveryReport } from './storage/file-log/recovery.js'
import { NodeDisk } from './storage/node-disk.js'
import type { StorageError } from './storage/storage-error.js'
import type { Logger } from './util/logger.js'

/** Octets that may wait to be written, in memory, before durable messages are refused. */
const UNWRITTEN_BYTES_MAX = 64 << 20

/** A data directory in use. */
export class FileStorage implements NodeStorage {
  readonly definitionLog: FileDefinitionLog
  readonly definitions: readonly DefinitionChange[]
  readonly #disk: Disk
  readonly #directory: DataDirectory
  readonly #options: BrokerOptions
  readonly #surroundings: StorageSurroundings
  readonly #monitor: DiskMonitor
  #log: FileLog | undefined

  private constructor(
    disk: Disk,
    directory: DataDirectory,
    definitionLog: FileDefinitionLog,
    definitions: readonly DefinitionChange[],
    options: BrokerOptions,
    surroundings: StorageSurroundings,
    monitor: DiskMonitor,
  ) {
    this.#disk = disk
    this.#directory = directory
    this.definitionLog = definitionLog
    this.definitions = definitions
    this.#options = options
    this.#surroundings = surroundings
    this.#monitor = monitor
  }

  static async open(
    path: string,
    options: BrokerOptions,
    surroundings: StorageSurroundings,
  ): Promise<FileStorage> {
    const { logger, timers, alarms } = surroundings
    const { clock } = timers
    const disk = surroundings.wrapDisk?.(new NodeDisk()) ?? new NodeDisk()
    const directory = await DataDirectory.open({ disk, path, clock, logger })
    try {
      const monitor = new DiskMonitor(timers, alarms, logger, options, () => directory.freeBytes())
      const definitionLog = new FileDefinitionLog({
        disk,
        folder: directory.metadataFolder,
        clock,
        logger,
        onFull: (isFull) => monitor.writesFail('definitions', isFull),
        onFailure: (error) => monitor.failed(error),
      })
      const definitions = await definitionLog.load()
      return new FileStorage(disk, directory, definitionLog, definitions, options, surroundings, monitor)
    } catch (error) {
      await directory.close()
      throw error
    }
  }

  async openShard(makeShard: (log: ShardLog) => LocalShard): Promise<LocalShard> {
    const { arena, timers, logger, randomOctets } = this.#surroundings
    const { log, shard, report } = await openFileLog(
      {
        disk: this.#disk,
        folder: await this.#directory.shardFolder(0),
        scratchFolder: this.#directory.scratchFolder,
        arena,
        clock: timers.clock,
        logger,
        randomOctets,
        sync: this.#options.sync,
        cleaningShare: this.#options.cleaningShare,
        isSpaceShort: () => this.#monitor.hasAlarm,
        segmentBytesMax: SEGMENT_BYTES_DEFAULT,
        residentBytesMax: this.#options.messageMemoryBytes,
        unwrittenBytesMax: UNWRITTEN_BYTES_MAX,
        // A queue that a confirmed message lies in must not be forgotten in a crash that the message survives.
        beforeConfirm: () => this.definitionLog.barrier(),
        onFull: (isFull) => this.#monitor.writesFail('messages', isFull),
        onFailure: (error: StorageError) => this.#monitor.failed(error),
      },
      makeShard,
    )
    this.#log = log
    tell(report, logger)
    this.#monitor.start()
    return shard
  }

  setDiskFreeLimit = (limit: DiskFreeLimit): void => this.#monitor.setLimit(limit)

  get diskFreeLimitBytes(): number {
    return this.#monitor.limitBytes
  }

  async close(): Promise<void> {
    this.#monitor.stop()
    await this.#log?.close()
    await this.definitionLog.close()
    await this.#directory.close()
  }
}

function tell(report: RecoveryReport, logger: Logger): void {
  const { segments, summarized, messages, damage } = report
  if (segments > 0) {
    logger.info(
      `recovered ${messages} message records from ${segments} segments, ${summarized} of them by summary`,
    )
  }
  for (const { path, position, lengthBytes, isTornTail, isUnreadable } of damage) {
    const where = `${path}, octets ${position} to ${position + lengthBytes}`
    if (isTornTail) logger.info(`a write that was cut short is dropped: ${where}`)
    else if (isUnreadable)
      logger.error(`not to be read in part, left out and kept aside as far as it is: ${where}`)
    else logger.error(`damaged, left out and kept aside: ${where}`)
  }
}
