import type { VirtualClock } from '../../src/util/virtual-clock.js'

const STEP_MS = 1

/** Turns the clock for as long as it takes `promise` to settle. Throws when nothing is left that could settle it. */
export async function runClock<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  promise.then(over, over)
  await clock.advance(0)
  while (!isOver) {
    if (clock.pendingCount === 0)
      throw new Error('nothing is left to happen, and the promise is still waiting')
    await clock.advance(STEP_MS)
  }
  return promise
}
