import type { ShardLog, ShardLogOwner } from '../../core/shard/shard-log.js'
import { FileLog } from './file-log.js'
import type { FileLogOptions } from './file-log-options.js'
import type { RecoveryReport } from './recovery.js'

/** A shard that a log finds messages for. */
export interface RecoveringShard extends ShardLogOwner {
  /** Messages are about to be found: until {@link recovered} the shard does nothing of its own accord. */
  recovering(): void
  /** Everything is there: deadlines, limits and dead letters take effect. */
  recovered(): void
}

/** A log that is ready, the shard that it belongs to, and what was found on the disk. */
export interface OpenedFileLog<Shard> {
  readonly log: FileLog
  readonly shard: Shard
  readonly report: RecoveryReport
}

/**
 * The way into a log: opens it, or makes it where there is none, and gives its shard the messages that are in it.
 *
 * `makeShard` makes the shard on the log and all its durable queues: a message of a queue that is not there by then is
 * dropped, since its queue was deleted. Neither may be used otherwise before this resolves.
 *
 * Throws a StorageError when the folder cannot be read or written, or holds a format that this version does not know.
 */
export async function openFileLog<Shard extends RecoveringShard>(
  options: FileLogOptions,
  makeShard: (log: ShardLog) => Shard | Promise<Shard>,
): Promise<OpenedFileLog<Shard>> {
  const log = new FileLog(options)
  const shard = await makeShard(log)
  shard.recovering()
  const report = await log.recover()
  shard.recovered()
  return { log, shard, report }
}
