import { availableParallelism } from 'node:os'
import { countersMemory } from './counters.js'
import { type Load, ThreadLoad } from './load.js'
import type { RoleSpec } from './roles.js'
import { WorkerLoad } from './worker-load.js'

/** How many threads serve `roles` publishers and consumers: one processor is left to the broker. */
export function defaultThreads(roles: number): number {
  return Math.max(1, Math.min(roles, availableParallelism() - 1))
}

/** Publishers and consumers over several threads; over one it is this thread. */
export class SpreadLoad implements Load {
  /** Where the threads count: for `Counters`. */
  readonly memory: SharedArrayBuffer
  private readonly parts: readonly Load[]

  constructor(specs: readonly RoleSpec[], threads: number, onFailure: (error: Error) => void) {
    this.memory = countersMemory(threads)
    const { memory } = this
    this.parts =
      threads === 1
        ? [new ThreadLoad(specs, memory, 0, onFailure)]
        : Array.from({ length: threads }, (_, thread) => {
            const share = specs.filter((_, i) => i % threads === thread)
            return new WorkerLoad({ specs: share, memory, thread }, onFailure)
          })
  }

  open(): Promise<void> {
    return this.all((part) => part.open())
  }
  startPublishing(): Promise<void> {
    return this.all((part) => part.startPublishing())
  }
  stopPublishing(): Promise<void> {
    return this.all((part) => part.stopPublishing())
  }
  stopConsuming(): Promise<void> {
    return this.all((part) => part.stopConsuming())
  }
  destroy(): Promise<void> {
    return this.all((part) => part.destroy())
  }

  private async all(step: (part: Load) => Promise<void>): Promise<void> {
    await Promise.all(this.parts.map(step))
  }
}
