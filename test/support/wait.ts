import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits until `condition` holds, looking every few milliseconds.
 * Rejects after `timeoutMs` (default 10000) with a text that says what was waited for and, when the condition threw
 * the last time, why.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  let pauseMs = 1
  for (;;) {
    let reason: unknown
    try {
      if (await condition()) return
    } catch (error) {
      reason = error
    }
    if (performance.now() >= deadline) {
      throw new Error(`waited ${timeoutMs} ms in vain until ${what}`, { cause: reason })
    }
    await delay(pauseMs)
    pauseMs = Math.min(20, pauseMs * 2)
  }
}

/** Waits for a promise, but no longer than `timeoutMs` (default 10000): the failure says what was waited for. */
export async function within<T>(promise: Promise<T>, what: string, timeoutMs = 10_000): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${timeoutMs} ms in vain for ${what}`)), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits for `quietMs` in which `count` did not change: for showing that nothing more arrives. */
export async function settled(count: () => number, quietMs = 50): Promise<number> {
  let last = count()
  let since = performance.now()
  while (performance.now() - since < quietMs) {
    await delay(5)
    if (count() !== last) {
      last = count()
      since = performance.now()
    }
  }
  return last
}
