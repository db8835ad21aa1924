/** A stretch of time: milliseconds, words such as `'150ms'`, `'1h 30m'`, `'30 days'`, or an ISO 8601 duration. */
export type Duration = number | string

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS

/** Units by every name that is understood, without the plural. */
const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  millisecond: 1,
  s: SECOND_MS,
  sec: SECOND_MS,
  second: SECOND_MS,
  m: MINUTE_MS,
  min: MINUTE_MS,
  minute: MINUTE_MS,
  h: HOUR_MS,
  hr: HOUR_MS,
  hour: HOUR_MS,
  d: DAY_MS,
  day: DAY_MS,
  w: WEEK_MS,
  week: WEEK_MS,
}

const PART = /(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy
const ISO =
  /^P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/

/**
 * A duration in milliseconds. Throws a TypeError for anything else, also for months and years: how long those are
 * depends on the calendar.
 */
export function durationMs(duration: Duration): number {
  if (typeof duration === 'number') {
    if (duration >= 0 && Number.isFinite(duration)) return duration
    throw notADuration(duration)
  }
  const text = duration.trim()
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  return isoMs(text) ?? wordsMs(text.toLowerCase()) ?? fail(duration)
}

function isoMs(text: string): number | undefined {
  const match = ISO.exec(text.toUpperCase())
  if (match === null || !/\d/.test(text)) return undefined
  const [, weeks, days, hours, minutes, seconds] = match.map((part) => Number(part ?? 0))
  return weeks! * WEEK_MS + days! * DAY_MS + hours! * HOUR_MS + minutes! * MINUTE_MS + seconds! * SECOND_MS
}

function wordsMs(text: string): number | undefined {
  let total = 0
  let at = 0
  PART.lastIndex = 0
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    const unit = part[2]!
    const unitMs = UNITS_MS[unit] ?? UNITS_MS[unit.replace(/s$/, '')]
    if (unitMs === undefined) return undefined
    total += Number(part[1]) * unitMs
    at = PART.lastIndex
  }
  return at > 0 && at === text.length ? total : undefined
}

function fail(duration: Duration): never {
  throw notADuration(duration)
}

function notADuration(duration: Duration): TypeError {
  return new TypeError(
    `a duration is a number of milliseconds, or like '150ms', '1h 30m', '30 days' or 'PT90S', not ${JSON.stringify(duration)}`,
  )
}
