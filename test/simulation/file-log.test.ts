import { test } from 'node:test'
import { LogSimulation, type Trouble } from './log-life.js'

// LEVERET_SEED replays one seed; LEVERET_FUZZ_SECONDS makes the search longer than its default.

const ONE_SEED = process.env.LEVERET_SEED
const SECONDS = Number(process.env.LEVERET_FUZZ_SECONDS ?? 40)
const SEEDS_MIN = 200

const TROUBLES: readonly Trouble[] = [
  'none',
  'reads and removals fail',
  'the disk fills up',
  'a write or sync fails',
]

for (const [place, trouble] of TROUBLES.entries()) {
  test(`nothing confirmed is lost, and nothing comes back, whenever the end comes: ${trouble}`, async (context) => {
    let seeds = 0
    let lives = 0
    let confirmed = 0
    let moved = 0
    const until = performance.now() + (SECONDS * 1000) / TROUBLES.length
    const first = ONE_SEED === undefined ? Math.floor(Math.random() * 2 ** 30) : Number(ONE_SEED)
    for (let seed = first; seeds < SEEDS_MIN || performance.now() < until; seed++) {
      try {
        const result = await new LogSimulation(seed * TROUBLES.length + place, trouble).run()
        lives += result.lives
        confirmed += result.confirmed
        moved += result.moved
      } catch (cause) {
        throw new Error(`LEVERET_SEED=${seed} fails`, { cause })
      }
      seeds += 1
      if (ONE_SEED !== undefined) break
    }
    context.diagnostic(
      `${seeds} seeds from ${first}: ${lives} lives, ${confirmed} confirms, ${moved} octets moved`,
    )
  })
}
