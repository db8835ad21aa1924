import { PatternMatcher } from '../../auth/pattern/pattern-matcher.js'
import { badRequest } from './http-error.js'

const PATTERN_CHARACTERS_MAX = 1024

/** Says which names a list shows. */
export type NameFilter = (name: string) => boolean

/**
 * The filter that `name` and `use_regex` ask for; undefined for none. A pattern that cannot be understood matches
 * nothing; its search takes time in proportion, whatever it says.
 */
export function nameFilterOf(query: URLSearchParams): NameFilter | undefined {
  const name = query.get('name')
  if (name === null || name === '') return undefined
  if (query.get('use_regex') !== 'true') {
    const wanted = name.toLowerCase()
    return (candidate) => candidate.toLowerCase().includes(wanted)
  }
  if (name.length > PATTERN_CHARACTERS_MAX) {
    throw badRequest(`name filter is longer than ${PATTERN_CHARACTERS_MAX} characters`)
  }
  try {
    const matcher = new PatternMatcher(`(?i)${name}`)
    return (candidate) => matcher.isIn(candidate)
  } catch {
    return () => false
  }
}
