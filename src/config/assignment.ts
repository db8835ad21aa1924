import { ConfigError } from './config-error.js'
import type { OptionSpec } from './option-spec.js'

/** Where the value of an option came from. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  /** `weak` variables lose against the file. */
  | { readonly kind: 'environment'; readonly variable: string; readonly weak: boolean }
  | { readonly kind: 'flag'; readonly flag: string }

/** One text given for an option, or for one element of it. */
export interface Assignment {
  /** What follows the option's key: '' for the option itself, '1' or a name for an element. */
  readonly element: string
  readonly text: string
  readonly origin: Origin
}

/** How a message names the origin. */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default'
    case 'file':
      return `${origin.file}:${origin.line}`
    case 'environment':
      return `environment variable ${origin.variable}`
    case 'flag':
      return `--${origin.flag}`
  }
}

/**
 * The value that assignments of one source, in order, give to an option. Throws {@link ConfigError} on a text that is
 * not of the option's type.
 */
export function resolveValue(option: OptionSpec<unknown>, assignments: readonly Assignment[]): unknown {
  const last = assignments[assignments.length - 1]!
  if (option.hasNone && last.element === '' && last.text === 'none') return option.none
  switch (option.shape) {
    case 'value':
      return parsed(option, last)
    case 'list':
      return byElement(assignments).map((assignment) => parsed(option, assignment))
    case 'members':
      return membersOf(option, assignments)
    case 'map':
      return Object.fromEntries(byElement(assignments).map((each) => [each.element, parsed(option, each)]))
    case 'groups':
      return groupsOf(option, assignments)
  }
}

function membersOf(option: OptionSpec<unknown>, assignments: readonly Assignment[]): string[] {
  const names = new Set<string>(option.additive ? (option.default as readonly string[]) : [])
  for (const assignment of assignments) {
    if (assignment.element === '') names.clear()
    else if (parsed(option, assignment) === true) names.add(assignment.element)
    else names.delete(assignment.element)
  }
  return [...names]
}

/** The name of a group may have dots in it, that of a field too: the longest field that fits ends the name. */
function groupsOf(option: OptionSpec<unknown>, assignments: readonly Assignment[]): unknown {
  const found: Record<string, Record<string, unknown>> = {}
  for (const assignment of assignments) {
    const { element, origin } = assignment
    const field = Object.keys(option.fields)
      .filter((name) => element.endsWith(`.${name}`))
      .sort((a, b) => b.length - a.length)[0]
    if (field === undefined) {
      const known = Object.keys(option.fields).join(', ')
      throw new ConfigError(
        `${describeOrigin(origin)}: there is no setting named ${option.key}.${element}; after the name comes one of ${known}`,
      )
    }
    const { type, secret = false } = option.fields[field]!
    const name = element.slice(0, -field.length - 1)
    found[name] ??= {}
    found[name][field] = parsed({ ...option, type, secret }, assignment)
  }
  return found
}

/** The last assignment of each element since the last `none`: numbered ones by number, then named ones as they came. */
function byElement(assignments: readonly Assignment[]): Assignment[] {
  const latest = new Map<string, Assignment>()
  for (const assignment of assignments) {
    if (assignment.element === '' && assignment.text === 'none') latest.clear()
    else latest.set(assignment.element, assignment)
  }
  const place = (element: string) => (/^\d+$/.test(element) ? Number(element) : Infinity)
  return [...latest.values()].sort((a, b) => {
    const [placeA, placeB] = [place(a.element), place(b.element)]
    return placeA === placeB ? 0 : placeA - placeB
  })
}

function parsed(option: OptionSpec<unknown>, assignment: Assignment): unknown {
  const value = option.type.parse(assignment.text)
  if (value !== undefined) return value
  const key = assignment.element === '' ? option.key : `${option.key}.${assignment.element}`
  const got = option.secret ? 'a hidden value' : `"${assignment.text}"`
  throw new ConfigError(
    `${describeOrigin(assignment.origin)}: ${key}: expected ${option.type.expected}, got ${got}`,
  )
}
