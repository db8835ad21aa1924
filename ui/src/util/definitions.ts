import { plural } from './format.js'

/** One entry of a file that is not in the broker, or not like this. */
export interface Change {
  readonly section: string
  readonly key: string
  readonly before: unknown
  readonly after: unknown
  /** Queues and exchanges that exist are not changed by an import. */
  readonly isKept: boolean
}

/** A file of definitions, of the broker or of a vhost, as far as anybody may have written it. */
export type Definitions = Readonly<Record<string, unknown>>
type Entry = Readonly<Record<string, unknown>>

/** What tells the entries of a section apart. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  users: ['name'],
  vhosts: ['name'],
  permissions: ['vhost', 'user'],
  topic_permissions: ['vhost', 'user', 'exchange'],
  parameters: ['vhost', 'component', 'name'],
  global_parameters: ['name'],
  policies: ['vhost', 'name'],
  queues: ['vhost', 'name'],
  exchanges: ['vhost', 'name'],
  bindings: ['vhost', 'source', 'destination_type', 'destination', 'routing_key', 'arguments'],
}

/** What an import would add or change. */
export function changesOf(present: Definitions, given: Definitions): readonly Change[] {
  return Object.entries(KEYS).flatMap(([section, names]) => {
    const known = new Map(entriesOf(present, section).map((entry) => [keyOf(entry, names), entry]))
    return entriesOf(given, section).flatMap((after): Change[] => {
      const key = keyOf(after, names)
      const before = known.get(key)
      if (before !== undefined && covers(before, after)) return []
      const isKept = section === 'queues' || section === 'exchanges'
      return [{ section, key, before, after, isKept }]
    })
  })
}

/** "3 queues, 2 policies". */
export function countsOf(given: Definitions): string {
  const counts = Object.keys(KEYS)
    .map((section) => [section, entriesOf(given, section).length] as const)
    .filter(([, length]) => length > 0)
    .map(([section, length]) => plural(length, singular(section), section.replace('_', ' ')))
  return counts.length === 0 ? 'nothing that can be imported' : counts.join(', ')
}

function singular(section: string): string {
  return section === 'policies' ? 'policy' : section.replace('_', ' ').replace(/s$/, '')
}

function entriesOf(definitions: Definitions, section: string): readonly Entry[] {
  const entries = definitions[section]
  return Array.isArray(entries) ? (entries as readonly Entry[]) : []
}

function keyOf(entry: Entry, names: readonly string[]): string {
  return names
    .filter((name) => entry[name] !== undefined)
    .map((name) => (typeof entry[name] === 'object' ? JSON.stringify(entry[name]) : String(entry[name])))
    .filter((text) => text !== '{}' && text !== '')
    .join(' ')
}

/** Every member that is given is there already; the others have defaults. */
function covers(before: Entry, after: Entry): boolean {
  return Object.entries(after).every(([name, value]) => sorted(before[name]) === sorted(value))
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
}
