import type { BrokerOptions, DiskFreeLimit } from './config/broker-options.js'
import type { Alarms } from './core/alarm.js'
import { type DefinitionChange, type DefinitionLog, MemoryDefinitionLog } from './core/definition-log.js'
import type { LocalShard } from './core/shard/local-shard.js'
import type { ShardLog } from './core/shard/shard-log.js'
import type { Disk } from './storage/disk.js'
import { MemoryLog } from './storage/memory-log.js'
import type { Arena } from './util/arena.js'
import type { Logger } from './util/logger.js'
import type { Timers } from './util/timers.js'

/** Where a node keeps its definitions and messages. */
export interface NodeStorage {
  readonly definitionLog: DefinitionLog
  /** What was found: empty on a new node. */
  readonly definitions: readonly DefinitionChange[]
  /** Makes the node's shard, with `makeShard`, and gives it the messages that were found. */
  openShard(makeShard: (log: ShardLog) => LocalShard): Promise<LocalShard>
  /** Watches free disk space by another limit; undefined where there is no disk. */
  readonly setDiskFreeLimit?: (limit: DiskFreeLimit) => void
  /** The limit that it is watched by now. */
  readonly diskFreeLimitBytes?: number
  /** Makes everything durable and lets go of the files. Nothing may be changed any more. */
  close(): Promise<void>
}

/** What storage lives in. */
export interface StorageSurroundings {
  readonly arena: Arena
  readonly timers: Timers
  readonly logger: Logger
  readonly alarms: Alarms
  readonly randomOctets: (count: number) => Buffer
  readonly wrapDisk: ((disk: Disk) => Disk) | undefined
}

/** Opens what a node keeps: in its data directory, or nowhere. Throws a StorageError when that cannot be. */
export async function openNodeStorage(
  options: BrokerOptions,
  surroundings: StorageSurroundings,
): Promise<NodeStorage> {
  if (options.dataDir === undefined) return memoryStorage(surroundings.arena)
  // Loaded when wanted: a broker in memory starts sooner without it.
  const { FileStorage } = await import('./file-storage.js')
  return FileStorage.open(options.dataDir, options, surroundings)
}

function memoryStorage(arena: Arena): NodeStorage {
  return {
    definitionLog: new MemoryDefinitionLog(),
    definitions: [],
    openShard: async (makeShard) => makeShard(new MemoryLog(arena)),
    close: async () => {},
  }
}
