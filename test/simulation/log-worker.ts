import { parentPort, workerData } from 'node:worker_threads'
import { LogSimulation, TROUBLES } from './log-life.js'

/** The seeds that a thread runs: every `step`th from `first`, for so long and at least so many. */
export interface SeedWork {
  readonly first: number
  readonly step: number
  readonly seedsMin: number
  readonly seconds: number
  /** Of the trouble among all kinds. */
  readonly place: number
}

/** What became of them, by mode of sync: sums of the figures of the simulations, and how many those were. */
export type SeedTally = ReadonlyMap<string, Map<string, number>>

async function run({ first, step, seedsMin, seconds, place }: SeedWork): Promise<SeedTally> {
  const tally = new Map<string, Map<string, number>>()
  const until = performance.now() + seconds * 1000
  for (let seed = first, count = 0; count < seedsMin || performance.now() < until; seed += step, count++) {
    try {
      const { sync, ...figures } = await new LogSimulation(seed, TROUBLES[place]!).run()
      const sums = tally.get(sync) ?? new Map<string, number>()
      tally.set(sync, sums)
      for (const [name, figure] of Object.entries({ seeds: 1, ...figures })) {
        sums.set(name, (sums.get(name) ?? 0) + figure)
      }
    } catch (cause) {
      throw new Error(`LEVERET_SEED=${seed} fails`, { cause })
    }
  }
  return tally
}

parentPort!.postMessage(await run(workerData as SeedWork))
