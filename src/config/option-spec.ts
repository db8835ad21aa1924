import type { ValueType } from './value-types.js'

/**
 * How the keys of an option are laid out in the configuration file:
 * - `value`: `key = v`
 * - `list`: `key.1 = v`, `key.2 = v`; numbered elements go by number, named ones follow in order of appearance
 * - `members`: `key.NAME = true` or `false`; the names that are true
 * - `map`: `key.NAME = v`
 * - `groups`: `key.NAME.FIELD = v`, with a type for each field
 */
export type OptionShape = 'value' | 'list' | 'members' | 'map' | 'groups'

/** One field of a group. */
export interface FieldSpec<T = unknown> {
  readonly type: ValueType<T>
  /** True for passwords: never printed. */
  readonly secret?: boolean
}

/** Fields of a group, by what stands for them in the configuration file. */
export type FieldSpecs = Readonly<Record<string, FieldSpec>>

/** The fields of a group that were given. */
export type GroupOf<F extends FieldSpecs> = {
  readonly [K in keyof F]?: F[K] extends FieldSpec<infer T> ? T : never
}

/** A flag of the command line. */
export interface FlagSpec {
  /** Without the two dashes. */
  readonly name: string
  /** What stands for its value in the usage text. */
  readonly placeholder: string
}

/** A variable that RabbitMQ reads, beside the `LEVERET_` one that every option has. */
export interface EnvironmentVariable {
  readonly name: string
  /** True when the configuration file wins over the variable, as RabbitMQ has it for the listener variables. */
  readonly weak?: boolean
  /** Picks the value out of the variable's text; undefined when it says nothing about this option. */
  readonly extract?: (text: string) => string | undefined
}

/** One option: the single home of its name, type, default and meaning. */
export interface OptionSpec<T> {
  /** Key in the configuration file: RabbitMQ's where it has one. */
  readonly key: string
  readonly shape: OptionShape
  /** Of the value, or of each element; of groups it says what their fields are. */
  readonly type: ValueType<unknown>
  /** Of groups. */
  readonly fields: FieldSpecs
  readonly default: T
  /** One sentence or two for the reference, starting with a capital. */
  readonly doc: string
  /** True for passwords: never printed. */
  readonly secret: boolean
  /** True when elements are added to the default, false when the first one replaces it. */
  readonly additive: boolean
  /** Other keys with the same meaning. */
  readonly aliases: readonly string[]
  readonly environment: readonly EnvironmentVariable[]
  readonly flag: FlagSpec | undefined
  /** What `key = none` stands for; `hasNone` is false when `none` means nothing. */
  readonly none: T | undefined
  readonly hasNone: boolean
}

interface Extras<T> {
  readonly secret?: boolean
  readonly additive?: boolean
  readonly aliases?: readonly string[]
  readonly environment?: readonly EnvironmentVariable[]
  readonly flag?: FlagSpec
  readonly none?: T
}

export function value<T>(
  key: string,
  type: ValueType<T>,
  defaultValue: T,
  doc: string,
  extras: Extras<T> = {},
): OptionSpec<T> {
  return spec('value', key, type, defaultValue, doc, extras)
}

/** An option that is undefined unless it is set. */
export function optional<T>(
  key: string,
  type: ValueType<T>,
  doc: string,
  extras: Extras<T | undefined> = {},
): OptionSpec<T | undefined> {
  return spec('value', key, type, undefined, doc, extras)
}

export function list<T>(
  key: string,
  type: ValueType<T>,
  defaultValue: readonly T[],
  doc: string,
  extras: Extras<readonly T[]> = {},
): OptionSpec<readonly T[]> {
  return spec('list', key, type, defaultValue, doc, { none: [], ...extras })
}

export function members(
  key: string,
  type: ValueType<boolean>,
  defaultValue: readonly string[],
  doc: string,
  extras: Extras<readonly string[]> = {},
): OptionSpec<readonly string[]> {
  return spec('members', key, type, defaultValue, doc, { none: [], ...extras })
}

export function map<T>(
  key: string,
  type: ValueType<T>,
  doc: string,
): OptionSpec<Readonly<Record<string, T>>> {
  return spec<Readonly<Record<string, T>>>('map', key, type, {}, doc, {})
}

export function groups<F extends FieldSpecs>(
  key: string,
  fields: F,
  doc: string,
): OptionSpec<Readonly<Record<string, GroupOf<F>>>> {
  const type = { expected: `for FIELD: ${Object.keys(fields).join(', ')}`, parse: () => undefined }
  return { ...spec<Readonly<Record<string, GroupOf<F>>>>('groups', key, type, {}, doc, {}), fields }
}

function spec<T>(
  shape: OptionShape,
  key: string,
  type: ValueType<unknown>,
  defaultValue: T,
  doc: string,
  extras: Extras<T>,
): OptionSpec<T> {
  return {
    key,
    shape,
    type,
    fields: {},
    default: defaultValue,
    doc,
    secret: extras.secret ?? false,
    additive: extras.additive ?? false,
    aliases: extras.aliases ?? [],
    environment: extras.environment ?? [],
    flag: extras.flag,
    none: extras.none,
    hasNone: 'none' in extras,
  }
}
