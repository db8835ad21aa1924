import { type ForeignKey, findForeignKey } from './foreign-keys.js'
import { OPTION_NAMES, OPTIONS, type OptionName } from './options.js'

/** What a key of the configuration file means. */
export type KeyMeaning =
  /** An option; `element` is the part after its key for lists and the like, '' for `key = …` itself. */
  | { readonly kind: 'option'; readonly name: OptionName; readonly element: string }
  | { readonly kind: 'foreign'; readonly row: ForeignKey }
  | { readonly kind: 'unknown'; readonly nearest: readonly string[] }

export function lookUpKey(key: string): KeyMeaning {
  const exact = EXACT_KEYS.get(key)
  if (exact !== undefined) return { kind: 'option', name: exact, element: '' }
  for (const [prefix, name] of ELEMENT_PREFIXES) {
    if (key.startsWith(prefix)) return { kind: 'option', name, element: key.slice(prefix.length) }
  }
  const row = findForeignKey(key)
  return row === undefined ? { kind: 'unknown', nearest: nearestKeys(key) } : { kind: 'foreign', row }
}

/** Keys and aliases that stand alone, `listeners.tcp = none` among them. */
const EXACT_KEYS = new Map<string, OptionName>()
/** `listeners.tcp.` and its like. */
const ELEMENT_PREFIXES: [prefix: string, name: OptionName][] = []

for (const name of OPTION_NAMES) {
  const option = OPTIONS[name]
  if (option.shape === 'value' || option.hasNone) EXACT_KEYS.set(option.key, name)
  for (const alias of option.aliases) EXACT_KEYS.set(alias, name)
  if (option.shape !== 'value') ELEMENT_PREFIXES.push([`${option.key}.`, name])
}

/** The keys most like `key`, nearest first; at most three, none when nothing is near. */
function nearestKeys(key: string): string[] {
  const known = [
    ...EXACT_KEYS.keys(),
    ...ELEMENT_PREFIXES.map(([prefix, name]) => prefix + (OPTIONS[name].shape === 'list' ? '1' : 'NAME')),
  ]
  const distanceMax = Math.max(2, Math.floor(key.length / 3))
  return known
    .map((candidate) => ({ candidate, distance: editDistance(key, candidate) }))
    .filter(({ distance }) => distance <= distanceMax)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** How many characters must be added, dropped or changed to make `b` of `a`. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
