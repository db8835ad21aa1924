import { CharacterSet, isWordCharacter } from './character-class.js'
import { type Anchor, PatternError, type PatternNode, parsePattern } from './pcre-parser.js'

/** Steps that a pattern may come to once its counted groups are written out. */
export const PATTERN_STEPS_MAX = 20_000
/** Memory that one search may use to remember dead ends; a search that needs more finds nothing. */
export const DEAD_ENDS_BYTES_MAX = 32 * 1024 * 1024

// What is known of a choice at a place of the text.
const UNKNOWN = 0
const DEAD_END = 1
const IN_PROGRESS = 2

/** Goes on at a place in the text; true when the rest of the pattern matches from there. */
type Step = (at: number) => boolean

/**
 * A pattern ready to be searched for. It backtracks as PCRE does, but remembers at which places each of its choices came
 * to nothing. Since nothing in the pattern refers back to what a group took, such a place stays a dead end, and the time
 * of a search grows with (length of the pattern) x (length of the text)^2 at worst, where JavaScript's own RegExp can
 * take for ever: a user who may name a queue must not be able to stop the broker. Deterministic on every Node release.
 */
export class PatternMatcher {
  private text = ''
  private readonly deadEnds: (Uint8Array | undefined)[] = []
  private deadEndsBytes = 0
  private readonly root: Step
  private readonly onlyAtStart: boolean
  private steps = 0

  /** Throws PatternError when `pattern` cannot be compiled. */
  constructor(pattern: string) {
    const node = parsePattern(pattern)
    this.onlyAtStart = beginsAtStart(node)
    this.root = this.compile(node, () => true)
  }

  /** True when the pattern matches anywhere in `text`. A search that runs out of memory or stack says false. */
  isIn(text: string): boolean {
    this.text = text
    this.deadEnds.fill(undefined)
    this.deadEndsBytes = 0
    try {
      return this.search()
    } catch (error) {
      // The stack is spent only by texts of many thousand characters; refusing is the safe answer to those.
      if (error instanceof RangeError) return false
      throw error
    }
  }

  private search(): boolean {
    const last = this.onlyAtStart ? 0 : this.text.length
    for (let start = 0; start <= last; start += 1) {
      if (isInsidePair(this.text, start)) continue
      if (this.root(start)) return true
    }
    return false
  }

  private compile(node: PatternNode, next: Step): Step {
    this.steps += 1
    if (this.steps > PATTERN_STEPS_MAX) throw new PatternError('pattern is too large', 0)
    switch (node.kind) {
      case 'class':
        return this.compileClass(new CharacterSet(node.ranges), next)
      case 'sequence':
        return this.compileSequence(node.parts, next)
      case 'alternation':
        return this.choice(node.branches.map((branch) => this.compile(branch, next)))
      case 'repeat':
        return this.compileRepeat(node, next)
      case 'atomic':
        return this.compileAtomic(node.body, next)
      case 'look':
        return node.behind ? this.compileBehind(node, next) : this.compileAhead(node, next)
      case 'anchor':
        return this.compileAnchor(node.anchor, next)
    }
  }

  private compileClass(set: CharacterSet, next: Step): Step {
    return (at) => {
      const code = this.text.codePointAt(at)
      return code !== undefined && set.has(code) && next(at + widthOf(code))
    }
  }

  private compileSequence(parts: readonly PatternNode[], next: Step): Step {
    let step = next
    let end = parts.length
    while (end > 0) {
      let begin = end
      while (begin > 0 && literalOf(parts[begin - 1]) !== undefined) begin -= 1
      if (begin < end) {
        step = this.compileLiteral(parts.slice(begin, end).map(literalOf).join(''), step)
        end = begin
      } else {
        end -= 1
        step = this.compile(parts[end], step)
      }
    }
    return step
  }

  private compileLiteral(literal: string, next: Step): Step {
    return (at) => this.text.startsWith(literal, at) && next(at + literal.length)
  }

  private compileRepeat(node: PatternNode & { kind: 'repeat' }, next: Step): Step {
    const { body, min, max, lazy } = node
    if (body.kind === 'class') return this.compileRun(node, new CharacterSet(body.ranges), next)
    let step = max === Number.POSITIVE_INFINITY ? this.compileLoop(body, lazy, next) : next
    for (let count = min; count < max && max !== Number.POSITIVE_INFINITY; count += 1) {
      const once = this.compile(body, step)
      step = this.choice(lazy ? [next, once] : [once, next])
    }
    for (let count = 0; count < min; count += 1) step = this.compile(body, step)
    return step
  }

  /** Repeats one set of characters without a step per character. */
  private compileRun(node: { min: number; max: number; lazy: boolean }, set: CharacterSet, next: Step): Step {
    const { min, max, lazy } = node
    const id = this.newChoice()
    return (start) => {
      if (this.isDeadEnd(id, start)) return false
      let at = start
      let count = 0
      while (count < max) {
        if (lazy && count >= min && next(at)) return true
        const code = this.text.codePointAt(at)
        if (code === undefined || !set.has(code)) break
        at += widthOf(code)
        count += 1
      }
      for (; count >= min; count -= 1) {
        if (next(at)) return true
        if (count === 0) break
        at -= isInsidePair(this.text, at - 1) ? 2 : 1
        if (lazy) break
      }
      return this.deadEnd(id, start)
    }
  }

  private compileLoop(body: PatternNode, lazy: boolean, next: Step): Step {
    const id = this.newChoice()
    let iteration: Step = next
    const enter: Step = (at) => {
      const state = this.deadEnds[id]?.[at]
      if (state === DEAD_END) return false
      // An iteration that took nothing comes back to where it began, and ends the loop.
      if (state === IN_PROGRESS) return next(at)
      this.mark(id, at, IN_PROGRESS)
      const matched = lazy ? next(at) || iteration(at) : iteration(at) || next(at)
      this.mark(id, at, matched ? UNKNOWN : DEAD_END)
      return matched
    }
    iteration = this.compile(body, enter)
    return enter
  }

  private choice(ways: readonly Step[]): Step {
    const id = this.newChoice()
    return (at) => {
      if (this.isDeadEnd(id, at)) return false
      for (const way of ways) if (way(at)) return true
      return this.deadEnd(id, at)
    }
  }

  private compileAtomic(body: PatternNode, next: Step): Step {
    let end = 0
    const inner = this.compileApart(body, (at) => {
      end = at
      return true
    })
    return (at) => inner(at) && next(end)
  }

  private compileAhead(node: { body: PatternNode; negative: boolean }, next: Step): Step {
    const inner = this.compileApart(node.body, () => true)
    return (at) => inner(at) !== node.negative && next(at)
  }

  private compileBehind(node: { body: PatternNode; negative: boolean }, next: Step): Step {
    const branches = node.body.kind === 'alternation' ? node.body.branches : [node.body]
    const inner = branches.map((branch) => {
      const width = fixedWidthOf(branch)
      if (width === undefined) throw new PatternError('lookbehind assertion is not fixed length', 0)
      return { width, step: this.compileApart(branch, () => true) }
    })
    const found: Step = (at) =>
      inner.some(({ width, step }) => {
        const from = stepBack(this.text, at, width)
        return from >= 0 && step(from)
      })
    return (at) => found(at) !== node.negative && next(at)
  }

  /**
   * Compiles a part whose success does not end the search. Dead ends met on the way to a success may have been judged
   * while a loop around them was still open, so they are forgotten.
   */
  private compileApart(body: PatternNode, end: Step): Step {
    const first = this.deadEnds.length
    const inner = this.compile(body, end)
    const last = this.deadEnds.length
    return (at) => {
      const matched = inner(at)
      if (matched) for (let id = first; id < last; id += 1) this.deadEnds[id]?.fill(0)
      return matched
    }
  }

  private compileAnchor(anchor: Anchor, next: Step): Step {
    switch (anchor) {
      case 'start':
        return (at) => at === 0 && next(at)
      case 'end':
        return (at) => at === this.text.length && next(at)
      case 'final line':
        return (at) => (at === this.text.length || this.isFinalLineFeed(at)) && next(at)
      case 'line start':
        return (at) => (at === 0 || (this.text[at - 1] === '\n' && at < this.text.length)) && next(at)
      case 'line end':
        return (at) => (at === this.text.length || this.text[at] === '\n') && next(at)
      case 'word boundary':
        return (at) => this.isWordBoundary(at) && next(at)
      case 'no word boundary':
        return (at) => !this.isWordBoundary(at) && next(at)
    }
  }

  private isFinalLineFeed(at: number): boolean {
    return at === this.text.length - 1 && this.text[at] === '\n'
  }

  private isWordBoundary(at: number): boolean {
    return isWordCharacter(this.text.charCodeAt(at - 1)) !== isWordCharacter(this.text.charCodeAt(at))
  }

  private newChoice(): number {
    return this.deadEnds.push(undefined) - 1
  }

  private isDeadEnd(id: number, at: number): boolean {
    return this.deadEnds[id]?.[at] === DEAD_END
  }

  /** Notes that choice `id` comes to nothing at `at`; returns false for the caller to pass on. */
  private deadEnd(id: number, at: number): boolean {
    this.mark(id, at, DEAD_END)
    return false
  }

  private mark(id: number, at: number, state: number): void {
    let places = this.deadEnds[id]
    if (places === undefined) {
      places = new Uint8Array(this.text.length + 1)
      this.deadEndsBytes += places.length
      if (this.deadEndsBytes > DEAD_ENDS_BYTES_MAX) throw new RangeError('search needs too much memory')
      this.deadEnds[id] = places
    }
    places[at] = state
  }
}

/** The text of a node that stands for one character. */
function literalOf(node: PatternNode): string | undefined {
  if (node.kind !== 'class' || node.ranges.length !== 1) return undefined
  const [first, last] = node.ranges[0]
  return first === last ? String.fromCodePoint(first) : undefined
}

function beginsAtStart(node: PatternNode): boolean {
  if (node.kind === 'sequence') return node.parts.length > 0 && beginsAtStart(node.parts[0])
  if (node.kind === 'alternation') return node.branches.every(beginsAtStart)
  return node.kind === 'anchor' && node.anchor === 'start'
}

/** Characters that a node always takes; undefined when that depends on the text. */
function fixedWidthOf(node: PatternNode): number | undefined {
  switch (node.kind) {
    case 'class':
      return 1
    case 'sequence':
      return node.parts.reduce<number | undefined>((sum, part) => plus(sum, fixedWidthOf(part)), 0)
    case 'alternation': {
      const widths = new Set(node.branches.map(fixedWidthOf))
      return widths.size === 1 ? [...widths][0] : undefined
    }
    case 'repeat': {
      const width = fixedWidthOf(node.body)
      return node.min === node.max && width !== undefined ? width * node.min : undefined
    }
    case 'atomic':
      return fixedWidthOf(node.body)
    case 'look':
    case 'anchor':
      return 0
  }
}

function plus(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b
}

/** The place `count` characters before `at`, -1 when there are not so many. */
function stepBack(text: string, at: number, count: number): number {
  let from = at
  for (let left = count; left > 0; left -= 1) {
    if (from === 0) return -1
    from -= isInsidePair(text, from - 1) ? 2 : 1
  }
  return from
}

function widthOf(codePoint: number): number {
  return codePoint > 0xffff ? 2 : 1
}

/** True between the two halves of a character outside the basic plane. */
function isInsidePair(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff
}
