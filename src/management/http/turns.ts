import { setTimeout as delay } from 'node:timers/promises'

/** How long a long answer keeps the loop, in ms: what it makes a message wait at most. */
const TURN_MS_MAX = 0.5
/** Rest for each ms that a turn was too long: a consumer with a prefetch of 1000 catches up with 300,000 messages a second. */
const REST_PER_OVERTIME = 3
/** The share of its time from which the loop has other things to do. */
const BUSY_FROM = 0.2
/** Items that are sorted without looking at the clock: well below that. */
const SORTED_AT_ONCE = 256

/** The share of the event loop that the making of one long answer takes. */
export class Turns {
  #untilMs = performance.now() + TURN_MS_MAX

  /** True when it is time to let the loop go; ask after every item. */
  get isOver(): boolean {
    return performance.now() >= this.#untilMs
  }

  /** Lets the loop look at its sockets, and resolves in the turn after. */
  async next(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.#untilMs = performance.now() + TURN_MS_MAX
  }

  /**
   * As {@link next}, but makes up for a turn that was too long while the loop has other things to do: for work whose
   * parts cannot be short.
   */
  async rest(): Promise<void> {
    const restedMs = performance.now() + REST_PER_OVERTIME * (performance.now() - this.#untilMs)
    let utilization: number
    do {
      const before = performance.eventLoopUtilization()
      await delay(1)
      utilization = performance.eventLoopUtilization(before).utilization
    } while (utilization > BUSY_FROM && performance.now() < restedMs)
    this.#untilMs = performance.now() + TURN_MS_MAX
  }
}

/** A sorted copy. Equal items keep their order. */
export async function sortInTurns<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  turns: Turns,
): Promise<T[]> {
  let runs: T[][] = []
  for (let i = 0; i < items.length; i += SORTED_AT_ONCE) {
    runs.push(items.slice(i, i + SORTED_AT_ONCE).sort(compare))
    if (turns.isOver) await turns.next()
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let i = 0; i < runs.length; i += 2) {
      const right = runs[i + 1]
      merged.push(right === undefined ? runs[i]! : await merge(runs[i]!, right, compare, turns))
    }
    runs = merged
  }
  return runs[0] ?? []
}

async function merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  turns: Turns,
): Promise<T[]> {
  const merged: T[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    merged.push(compare(left[i]!, right[j]!) <= 0 ? left[i++]! : right[j++]!)
    if (merged.length % SORTED_AT_ONCE === 0 && turns.isOver) await turns.next()
  }
  while (i < left.length) merged.push(left[i++]!)
  while (j < right.length) merged.push(right[j++]!)
  return merged
}
