import type { ListenerAddress, SyncPolicy } from './broker-options.js'
import {
  formatListenerAddress,
  LISTENER_SPEC_FORMS,
  parseBindAddress,
  parseListenerSpec,
  parsePort,
} from './listener-spec.js'
import { parseBytes, parseDuration, parseInteger } from './units.js'

/** How the text of a setting becomes a value. */
export interface ValueType<T> {
  /** What a good value looks like; ends the sentence "expected …". */
  readonly expected: string
  /** Undefined when `text` is not such a value. */
  parse(text: string): T | undefined
  /** The text of a value, when `String` would not give one that `parse` takes. */
  readonly format?: (value: unknown) => string
}

export const TEXT: ValueType<string> = {
  expected: 'text',
  parse: (text) => text,
}

/** Words with commas between them. */
export const WORDS: ValueType<readonly string[]> = {
  expected: 'words with commas between them',
  parse: (text) =>
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  format: (words) => (words as readonly string[]).join(', '),
}

export const BOOLEAN: ValueType<boolean> = {
  expected: 'true or false',
  parse: (text) => BOOLEAN_WORDS[text],
}

const BOOLEAN_WORDS: Readonly<Record<string, boolean>> = { true: true, on: true, false: false, off: false }

export const PORT: ValueType<number> = {
  expected: 'a port from 0 to 65535',
  parse: parsePort,
}

export const BIND_ADDRESS: ValueType<string> = {
  expected: 'an IP address or host name',
  parse: parseBindAddress,
}

export const LISTENER: ValueType<ListenerAddress> = {
  expected: LISTENER_SPEC_FORMS,
  parse: parseListenerSpec,
  format: (address) => formatListenerAddress(address as ListenerAddress),
}

/** A share of something, 0 to 1. */
export const SHARE: ValueType<number> = {
  expected: 'a number from 0.0 to 1.0',
  parse(text) {
    const share = /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
    return share !== undefined && share <= 1 ? share : undefined
  },
}

/** A multiple of something, 0 or more. */
export const MULTIPLE: ValueType<number> = {
  expected: 'a number such as 1.5',
  parse: (text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined),
}

export const SYNC_POLICY: ValueType<SyncPolicy> = {
  expected: 'always, os or interval:MS',
  parse(text) {
    if (text === 'always' || text === 'os') return { kind: text }
    const intervalMs = /^interval:(\d+)$/.exec(text)?.[1]
    return intervalMs === undefined || Number(intervalMs) === 0
      ? undefined
      : { kind: 'interval', intervalMs: Number(intervalMs) }
  },
  format(policy) {
    const { kind, ...rest } = policy as SyncPolicy
    return 'intervalMs' in rest ? `${kind}:${rest.intervalMs}` : kind
  },
}

/** Bytes, plain or with a unit, from `min` to `max`. */
export function bytes(min = 0, max = Number.MAX_SAFE_INTEGER): ValueType<number> {
  return {
    expected: `a size in bytes or with a unit (512MB, 2GiB)${range(min, max)}`,
    parse: (text) => within(parseBytes(text), min, max),
  }
}

export function integer(min = 0, max = Number.MAX_SAFE_INTEGER): ValueType<number> {
  return {
    expected: `an integer${range(min, max)}`,
    parse: (text) => within(parseInteger(text), min, max),
  }
}

/** An integer, or `infinity` for a limit that is off. */
export function limit(min = 0): ValueType<number> {
  const finite = integer(min)
  return {
    expected: `${finite.expected} or infinity`,
    parse: (text) => (text === 'infinity' ? Infinity : finite.parse(text)),
    format: numberOrInfinity,
  }
}

export function milliseconds(min = 0): ValueType<number> {
  return {
    expected: `a duration in milliseconds or with a unit (500ms, 30s, 5m, 2h)${range(min, Number.MAX_SAFE_INTEGER)}`,
    parse: (text) => within(parseDuration(text, 1), min, Number.MAX_SAFE_INTEGER),
  }
}

/** As {@link milliseconds}, or `infinity`, `false` and `undefined` for never. */
export function millisecondsOrNever(min = 0): ValueType<number> {
  const finite = milliseconds(min)
  return {
    expected: `${finite.expected} or infinity`,
    parse: (text) => (['infinity', 'false', 'undefined'].includes(text) ? Infinity : finite.parse(text)),
    format: numberOrInfinity,
  }
}

export function seconds(min = 0, max = Number.MAX_SAFE_INTEGER): ValueType<number> {
  return {
    expected: `a duration in seconds or with a unit (30s, 5m)${range(min, max)}`,
    parse: (text) => within(parseDuration(text, 1000), min, max),
  }
}

export function oneOf<const T extends string>(...words: readonly T[]): ValueType<T> {
  return {
    expected: words.length === 1 ? `"${words[0]}"` : `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text),
  }
}

/** One of the keys of `words`, which stand for its values: long names that RabbitMQ spells out. */
export function namedAs<T extends string>(words: Readonly<Record<string, T>>): ValueType<T> {
  return {
    expected: `one of ${Object.keys(words).join(', ')}`,
    parse: (text) => (Object.hasOwn(words, text) ? words[text] : undefined),
    format: (value) => Object.keys(words).find((word) => words[word] === value) ?? String(value),
  }
}

function numberOrInfinity(value: unknown): string {
  return value === Infinity ? 'infinity' : String(value)
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined
}

function range(min: number, max: number): string {
  if (max === Number.MAX_SAFE_INTEGER) return min === 0 ? '' : ` of at least ${min}`
  return ` from ${min} to ${max}`
}
