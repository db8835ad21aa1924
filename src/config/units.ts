/** Powers of RabbitMQ's information units: a bare letter and `ki` are binary, `kb` is decimal. Case does not count. */
const BYTES_OF_UNIT: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  ki: 2 ** 10,
  kib: 2 ** 10,
  kb: 1e3,
  m: 2 ** 20,
  mi: 2 ** 20,
  mib: 2 ** 20,
  mb: 1e6,
  g: 2 ** 30,
  gi: 2 ** 30,
  gib: 2 ** 30,
  gb: 1e9,
  t: 2 ** 40,
  ti: 2 ** 40,
  tib: 2 ** 40,
  tb: 1e12,
  p: 2 ** 50,
  pi: 2 ** 50,
  pib: 2 ** 50,
  pb: 1e15,
}

const MS_OF_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `512MB`, `2 GiB`, `100k` or plain bytes as a number of bytes; undefined when it is none of these. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text)
  if (match === null) return undefined
  const unit = BYTES_OF_UNIT[match[2]!.toLowerCase()]
  if (unit === undefined) return undefined
  const bytes = Number(match[1]) * unit
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/**
 * A duration as a number of `unitMs`-long units: a bare number counts those units, as RabbitMQ has it, and `500ms`,
 * `30s`, `5m`, `2h`, `1d` are taken too. Undefined when it is neither or comes to no whole number of units.
 */
export function parseDuration(text: string, unitMs: number): number | undefined {
  const match = /^(\d+)\s*(ms|s|m|h|d)?$/i.exec(text)
  if (match === null) return undefined
  const factor = match[2] === undefined ? unitMs : MS_OF_UNIT[match[2].toLowerCase()]!
  const units = (Number(match[1]) * factor) / unitMs
  return Number.isSafeInteger(units) ? units : undefined
}

/** A whole number in decimal digits; undefined for anything else. */
export function parseInteger(text: string): number | undefined {
  if (!/^-?\d+$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
