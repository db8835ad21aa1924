const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']

/** What is shown for a value that is not known. */
export const NONE = '–'

export function count(value: number | undefined): string {
  return value === undefined ? NONE : WHOLE.format(value)
}

/** For places with little room: 12.3K. */
export function compact(value: number | undefined): string {
  return value === undefined ? NONE : COMPACT.format(value)
}

export function bytes(value: number | undefined): string {
  if (value === undefined) return NONE
  const power = value < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(value) / 10))
  const scaled = value / 1024 ** power
  return `${scaled.toFixed(power === 0 || scaled >= 100 ? 0 : 1)} ${BYTE_UNITS[power]}`
}

/** Per second. */
export function rate(value: number | undefined): string {
  if (value === undefined) return NONE
  if (value === 0) return '0/s'
  return `${value >= 1000 ? compact(value) : value >= 10 ? WHOLE.format(value) : value.toFixed(1)}/s`
}

export function byteRate(value: number | undefined): string {
  return value === undefined ? NONE : `${bytes(value)}/s`
}

export function percent(fraction: number | undefined): string {
  return fraction === undefined ? NONE : `${Math.round(fraction * 100)} %`
}

export function moment(ms: number): string {
  return MOMENT.format(ms)
}

export function clockTime(ms: number): string {
  return CLOCK.format(ms)
}

/** "3 minutes ago". */
export function relative(ms: number, nowMs: number): string {
  const seconds = Math.round((ms - nowMs) / 1000)
  const size = Math.abs(seconds)
  if (size < 5) return 'just now'
  if (size < 60) return RELATIVE.format(seconds, 'second')
  if (size < 3600) return RELATIVE.format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return RELATIVE.format(Math.round(seconds / 3600), 'hour')
  return RELATIVE.format(Math.round(seconds / 86_400), 'day')
}

/** "2 h 5 min", from milliseconds. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return NONE
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return joined(minutes, 'min', seconds % 60, 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return joined(hours, 'h', minutes % 60, 'min')
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

export function plural(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}
