import type { Clock } from '../../util/clock.js'
import type { MessageHistory } from '../shard/shard-log.js'

/** How long a message lives in a queue, in ms: the queue's time to live or its own (-1 for none), whichever is less. */
export function ttlOf(messageTtlMs: number | undefined, expirationMs: number): number {
  if (messageTtlMs === undefined) return expirationMs < 0 ? Number.POSITIVE_INFINITY : expirationMs
  return expirationMs < 0 ? messageTtlMs : Math.min(messageTtlMs, expirationMs)
}

/** When a message ends that outlived a restart: its time began at the wall clock's reading when it was published. */
export function recoveredDeadline(
  messageTtlMs: number | undefined,
  { publishedAtMs, expirationMs }: MessageHistory,
  clock: Clock,
): number {
  const ttlMs = ttlOf(messageTtlMs, expirationMs)
  if (ttlMs === Number.POSITIVE_INFINITY) return ttlMs
  return clock.monotonic() + publishedAtMs + ttlMs - clock.now()
}

/** True when the deadline has passed. Most messages have none, and asking the clock takes as long as all else. */
export function isOver(deadline: number, clock: Clock): boolean {
  return deadline !== Number.POSITIVE_INFINITY && deadline <= clock.monotonic()
}
