import { availableParallelism } from 'node:os'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { LogSimulation, TROUBLES } from './log-life.js'
import type { SeedTally, SeedWork } from './log-worker.js'

// LEVERET_SEED replays one seed; LEVERET_FUZZ_SECONDS makes the search longer than its default.

const ONE_SEED = process.env.LEVERET_SEED
const SECONDS = Number(process.env.LEVERET_FUZZ_SECONDS ?? 40)
const SEEDS_MIN = 200

for (const [place, trouble] of TROUBLES.entries()) {
  test(`nothing that must be kept is lost, and nothing comes back, whenever the end comes: ${trouble}`, async (context) => {
    if (ONE_SEED !== undefined) {
      await new LogSimulation(Number(ONE_SEED), trouble).run()
      return
    }
    const threads = Math.min(2, availableParallelism())
    const first = Math.floor(Math.random() * 2 ** 30)
    const works = Array.from({ length: threads }, (_, thread) => ({
      first: first + thread,
      step: threads,
      seedsMin: Math.ceil(SEEDS_MIN / threads),
      seconds: SECONDS / TROUBLES.length,
      place,
    }))
    for (const line of summaryOf(await Promise.all(works.map(tallyOf)))) context.diagnostic(line)
  })
}

/** Seeds run in threads of their own: there no hooks of the test runner follow each of their promises. */
function tallyOf(work: SeedWork): Promise<SeedTally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./log-worker.js', import.meta.url), { workerData: work })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

function summaryOf(tallies: readonly SeedTally[]): string[] {
  const modes = new Set(tallies.flatMap((tally) => [...tally.keys()]))
  return [...modes].sort().map((mode) => {
    const sums = tallies.flatMap((tally) => tally.get(mode) ?? [])
    const names = [...sums[0]!.keys()]
    const figureOf = (name: string): number => sums.reduce((sum, each) => sum + (each.get(name) ?? 0), 0)
    return `sync=${mode}: ${names.map((name) => `${name} ${figureOf(name)}`).join(', ')}`
  })
}
