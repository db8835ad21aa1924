import type { OpenableTransport } from './connection/transport.js'
import type { Doors } from './core/doors.js'
import type { ShardPort } from './core/shard-port.js'
import type { Disk } from './storage/disk.js'

/**
 * What is put between the parts of a broker by those who watch or disturb it: recording and faults of embedded brokers.
 * Each gets the part as it is and returns what the others shall see in its place. Without them the parts are joined
 * directly.
 */
export interface Seams {
  /** Between connections and doors on one side and the queues on the other. */
  readonly port?: ((port: ShardPort) => ShardPort) | undefined
  /** Between a connection and its socket. */
  readonly transport?: ((transport: OpenableTransport) => OpenableTransport) | undefined
  /** Between connections and the doors. */
  readonly doors?: ((doors: Doors) => Doors) | undefined
  /** Between the logs and the file system; only with a data directory. */
  readonly disk?: ((disk: Disk) => Disk) | undefined
}
