import { LocalShard } from '../../src/core/shard/local-shard.js'
import type { ShardHost } from '../../src/core/shard-port.js'
import { MemoryLog } from '../../src/storage/memory-log.js'
import { Arena } from '../../src/util/arena.js'
import { Timers } from '../../src/util/timers.js'
import type { VirtualClock } from '../../src/util/virtual-clock.js'
import type { PortUnderTest } from './shard-fixture.js'

/** Large enough for a few chunks, so that memory beyond the arena is used as well. */
const ARENA_BYTES = 4 << 20
/** Shared: memory of that size is not made anew for each of many thousand shards. */
const arena = new Arena(ARENA_BYTES)

/** A shard on this event loop that keeps its messages in memory. */
export function localMemoryPort(clock: VirtualClock, host: ShardHost): PortUnderTest {
  const log = new MemoryLog(arena)
  const timers = new Timers(clock)
  const shard = new LocalShard(log, timers, host)
  return {
    port: shard,
    residentBytes: () => log.residentBytes,
    close: () => {
      shard.close()
      timers.close()
      log.close()
    },
  }
}
