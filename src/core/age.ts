const SECOND_MS = 1_000
const DAY_MS = 86_400 * SECOND_MS

const UNITS_MS: Readonly<Record<string, number>> = {
  Y: 365 * DAY_MS,
  M: 30 * DAY_MS,
  D: DAY_MS,
  h: 3_600 * SECOND_MS,
  m: 60 * SECOND_MS,
  s: SECOND_MS,
}

/**
 * Milliseconds of an age such as `7D` (Y, M, D, h, m or s after a number above 0), as `x-max-age` and stream offsets
 * have it; `undefined` for anything else.
 */
export function parseAgeMs(text: string): number | undefined {
  const [, count, unit] = /^(\d+)([YMDhms])$/.exec(text) ?? []
  if (count === undefined || Number(count) === 0) return undefined
  return Number(count) * UNITS_MS[unit]
}
