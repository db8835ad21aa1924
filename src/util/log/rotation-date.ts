/**
 * When a log file is put aside, in RabbitMQ's words and the machine's own time zone: `$D0` every midnight, `$D16` every
 * day at 16:00, `$W0` and `$W5D16` every Sunday, every Friday at 16:00, `$M1` and `$M1D6` every first of the month,
 * `$H30` every hour at half past.
 */
export interface RotationDate {
  readonly kind: 'hour' | 'day' | 'week' | 'month'
  readonly minute: number
  readonly hour: number
  /** Sunday is 0. */
  readonly weekday: number
  /** From 1. In a shorter month it is the last. */
  readonly day: number
}

/** Undefined when the text says no such thing. */
export function parseRotationDate(text: string): RotationDate | undefined {
  const [, minute] = /^\$H(\d{1,2})$/.exec(text) ?? []
  if (minute !== undefined)
    return within({ kind: 'hour', minute: Number(minute), hour: 0, weekday: 0, day: 1 })
  const [, letter, day, hour = '0'] = /^\$([WM])(\d{1,2})(?:D(\d{1,2}))?$/.exec(text) ?? []
  const rest = { minute: 0, hour: Number(hour) }
  if (letter === 'W') return within({ kind: 'week', ...rest, weekday: Number(day), day: 1 })
  if (letter === 'M') return within({ kind: 'month', ...rest, weekday: 0, day: Number(day) })
  const [, ofDay] = /^\$D(\d{1,2})$/.exec(text) ?? []
  if (ofDay !== undefined) return within({ kind: 'day', minute: 0, hour: Number(ofDay), weekday: 0, day: 1 })
  return undefined
}

/** The first such moment after `afterMs`; both in milliseconds since the epoch. */
export function nextRotationMs(date: RotationDate, afterMs: number): number {
  const at = new Date(afterMs)
  const [year, month] = [at.getFullYear(), at.getMonth()]
  for (let step = 0; ; step += 1) {
    const candidate = candidateAt(date, at, year, month, step).getTime()
    if (candidate > afterMs) return candidate
  }
}

/** The moment in the hour, day, week or month of `at`, or `step` of these later. */
function candidateAt(date: RotationDate, at: Date, year: number, month: number, step: number): Date {
  const { kind, hour, minute, weekday, day } = date
  switch (kind) {
    case 'hour':
      return new Date(year, month, at.getDate(), at.getHours() + step, minute)
    case 'day':
      return new Date(year, month, at.getDate() + step, hour)
    case 'week':
      return new Date(year, month, at.getDate() - at.getDay() + weekday + 7 * step, hour)
    case 'month': {
      const daysInMonth = new Date(year, month + step + 1, 0).getDate()
      return new Date(year, month + step, Math.min(day, daysInMonth), hour)
    }
  }
}

function within(date: RotationDate): RotationDate | undefined {
  const { minute, hour, weekday, day } = date
  return minute < 60 && hour < 24 && weekday < 7 && day >= 1 && day <= 31 ? date : undefined
}
