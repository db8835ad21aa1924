import { BrokerError } from '../core/errors.js'
import { PatternMatcher } from './pattern/pattern-matcher.js'
import { PatternError } from './pattern/pcre-parser.js'

/** Compiled patterns kept by default. */
export const COMPILED_PATTERNS_MAX = 2_000

/** An empty pattern grants nothing: RabbitMQ reads it as `^$`. */
const EMPTY_PATTERN = '^$'

/**
 * Permission patterns as RabbitMQ has them: PCRE, searched for anywhere in a name (`foo` is in `xfoox`; write `^foo$`),
 * the empty one matching only the empty name, and one that cannot be compiled matching nothing.
 */
export class PermissionPatterns {
  readonly #max: number
  /** By pattern, least recently used first; undefined for those that cannot be compiled. */
  readonly #compiled = new Map<string, PatternMatcher | undefined>()

  constructor(max = COMPILED_PATTERNS_MAX) {
    this.#max = max
  }

  /** Compiled patterns kept at the moment. */
  get size(): number {
    return this.#compiled.size
  }

  matches(pattern: string, name: string): boolean {
    const matcher = this.#matcherOf(pattern === '' ? EMPTY_PATTERN : pattern)
    return matcher?.isIn(name) ?? false
  }

  #matcherOf(pattern: string): PatternMatcher | undefined {
    const isKnown = this.#compiled.has(pattern)
    const matcher = isKnown ? this.#compiled.get(pattern) : usable(compile(pattern))
    this.#compiled.delete(pattern)
    this.#compiled.set(pattern, matcher)
    if (!isKnown && this.#compiled.size > this.#max) this.#dropOldest()
    return matcher
  }

  #dropOldest(): void {
    for (const oldest of this.#compiled.keys()) {
      this.#compiled.delete(oldest)
      return
    }
  }
}

/** What is wrong with a pattern and at which character; undefined when nothing is. */
export function patternFault(
  pattern: string,
): { readonly reason: string; readonly offset: number } | undefined {
  const compiled = compile(pattern)
  return compiled instanceof PatternError ? { reason: compiled.reason, offset: compiled.offset } : undefined
}

/** Throws PRECONDITION_FAILED when `pattern`, given for `field`, would match nothing because it cannot be compiled. */
export function checkPermissionPattern(field: string, pattern: string): void {
  const fault = patternFault(pattern)
  if (fault === undefined) return
  const shown = pattern.length > 200 ? `${pattern.slice(0, 200)}...` : pattern
  const reason = `${fault.reason} at offset ${fault.offset}`
  throw new BrokerError(
    'PRECONDITION_FAILED',
    `invalid regular expression '${shown}' for ${field}: ${reason}`,
  )
}

/** `text` as a pattern that matches just itself. */
export function escapePattern(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}#\s-]/g, '\\$&')
}

function compile(pattern: string): PatternMatcher | PatternError {
  try {
    return new PatternMatcher(pattern)
  } catch (error) {
    if (error instanceof PatternError) return error
    throw error
  }
}

function usable(compiled: PatternMatcher | PatternError): PatternMatcher | undefined {
  return compiled instanceof PatternError ? undefined : compiled
}
