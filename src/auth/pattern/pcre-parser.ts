import {
  ANY,
  CODE_POINT_MAX,
  complement,
  foldCase,
  NOT_LINE_FEED,
  POSIX_CLASSES,
  type Ranges,
  SHORTHANDS,
} from './character-class.js'

/** What a pattern is made of. Capturing is dropped: nothing here refers back to a group. */
export type PatternNode =
  | { readonly kind: 'class'; readonly ranges: Ranges }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'alternation'; readonly branches: readonly PatternNode[] }
  | {
      readonly kind: 'repeat'
      readonly body: PatternNode
      readonly min: number
      readonly max: number
      readonly lazy: boolean
    }
  | { readonly kind: 'atomic'; readonly body: PatternNode }
  | {
      readonly kind: 'look'
      readonly body: PatternNode
      readonly behind: boolean
      readonly negative: boolean
    }
  | { readonly kind: 'anchor'; readonly anchor: Anchor }

/** Places that take no character. `final line` is `$`: the end, or before a line feed that ends the text. */
export type Anchor =
  | 'start'
  | 'end'
  | 'final line'
  | 'line start'
  | 'line end'
  | 'word boundary'
  | 'no word boundary'

/** A pattern that is wrong, or asks for what is not supported. `offset` counts characters. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
  /** What is wrong, in PCRE's words where it has some. */
  readonly reason: string
  readonly offset: number

  constructor(reason: string, offset: number) {
    super(`${reason} at offset ${offset}`)
    this.reason = reason
    this.offset = offset
  }
}

/** Characters of a pattern; longer ones are refused. */
export const PATTERN_LENGTH_MAX = 8_192
/** Groups inside groups. */
export const PATTERN_DEPTH_MAX = 100
/** The largest count in `{n,m}`: PCRE's. */
export const REPEAT_MAX = 65_535

interface Flags {
  readonly ignoreCase: boolean
  readonly dotAll: boolean
  readonly multiline: boolean
  readonly extended: boolean
}

const NO_FLAGS: Flags = { ignoreCase: false, dotAll: false, multiline: false, extended: false }

const EMPTY: PatternNode = { kind: 'sequence', parts: [] }

const ANCHOR_ESCAPES: ReadonlyMap<string, Anchor> = new Map<string, Anchor>([
  ['A', 'start'],
  ['G', 'start'],
  ['z', 'end'],
  ['Z', 'final line'],
  ['b', 'word boundary'],
  ['B', 'no word boundary'],
])

const CONTROL_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
])

/** `\R`: a CR LF pair, which is not taken apart, or any one character that ends a line. */
const LINE_BREAK: PatternNode = {
  kind: 'atomic',
  body: {
    kind: 'alternation',
    branches: [
      { kind: 'sequence', parts: [literal(0x0d), literal(0x0a)] },
      { kind: 'class', ranges: SHORTHANDS.get('v') as Ranges },
    ],
  },
}

/**
 * Reads a pattern as PCRE does without its Unicode option (pcrepattern(3)), except that a character is a code point and
 * not an octet. Throws {@link PatternError}; that includes what cannot be matched in bounded time or is of no use here:
 * back references, recursion, conditionals, callouts and backtracking verbs.
 */
export function parsePattern(pattern: string): PatternNode {
  return new PcreParser(pattern).parse()
}

class PcreParser {
  private readonly text: readonly string[]
  private at = 0
  private depth = 0
  private flags = NO_FLAGS
  /** Inside `\Q...\E`. */
  private quoting = false

  constructor(pattern: string) {
    this.text = Array.from(pattern)
    if (this.text.length > PATTERN_LENGTH_MAX) {
      throw new PatternError(`more than ${PATTERN_LENGTH_MAX} characters`, PATTERN_LENGTH_MAX)
    }
  }

  parse(): PatternNode {
    const node = this.alternation()
    if (this.at < this.text.length) throw this.error('unmatched closing parenthesis')
    return node
  }

  private alternation(): PatternNode {
    this.depth += 1
    if (this.depth > PATTERN_DEPTH_MAX) throw this.error(`groups nested deeper than ${PATTERN_DEPTH_MAX}`)
    const branches = [this.sequence()]
    while (this.take('|')) branches.push(this.sequence())
    this.depth -= 1
    return branches.length === 1 ? branches[0] : { kind: 'alternation', branches }
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = []
    for (;;) {
      this.skipIgnored()
      if (this.at >= this.text.length) break
      if (!this.quoting && (this.peek('|') || this.peek(')'))) break
      const atom = this.atom()
      if (atom !== undefined) parts.push(this.quantified(atom))
    }
    return parts.length === 1 ? parts[0] : { kind: 'sequence', parts }
  }

  /** One item; undefined for those that only change how the rest is read. */
  private atom(): PatternNode | undefined {
    const character = this.text[this.at++]
    if (this.quoting) return this.literal(character)
    switch (character) {
      case '.':
        return { kind: 'class', ranges: this.flags.dotAll ? ANY : NOT_LINE_FEED }
      case '^':
        return { kind: 'anchor', anchor: this.flags.multiline ? 'line start' : 'start' }
      case '$':
        return { kind: 'anchor', anchor: this.flags.multiline ? 'line end' : 'final line' }
      case '[':
        return this.characterClass()
      case '(':
        return this.group()
      case '\\':
        return this.escape()
      case '*':
      case '+':
      case '?':
        throw this.error('quantifier does not follow a repeatable item')
      case '{':
        if (this.counts() !== undefined) throw this.error('quantifier does not follow a repeatable item')
        return this.literal(character)
      default:
        return this.literal(character)
    }
  }

  private quantified(body: PatternNode): PatternNode {
    this.skipIgnored()
    if (this.quoting) return body
    const range = this.quantifier()
    if (range === undefined) return body
    const [min, max] = range
    if (this.take('+')) return { kind: 'atomic', body: { kind: 'repeat', body, min, max, lazy: false } }
    return { kind: 'repeat', body, min, max, lazy: this.take('?') }
  }

  private quantifier(): readonly [number, number] | undefined {
    if (this.take('*')) return [0, Number.POSITIVE_INFINITY]
    if (this.take('+')) return [1, Number.POSITIVE_INFINITY]
    if (this.take('?')) return [0, 1]
    if (!this.peek('{')) return undefined
    this.at += 1
    const range = this.counts()
    // A brace that opens no count is an ordinary character: `{username}`.
    if (range === undefined) this.at -= 1
    return range
  }

  /** What follows a `{`, when that makes it a quantifier. Otherwise nothing is read. */
  private counts(): readonly [number, number] | undefined {
    const found = /^(\d+)(,?)(\d*)\}/.exec(this.text.slice(this.at, this.at + 16).join(''))
    if (found === null || (found[2] === '' && found[3] !== '')) return undefined
    const min = Number(found[1])
    const max = found[2] === '' ? min : found[3] === '' ? Number.POSITIVE_INFINITY : Number(found[3])
    if (min > REPEAT_MAX || (max > REPEAT_MAX && found[3] !== ''))
      throw this.error('number too big in {} quantifier')
    if (max < min) throw this.error('numbers out of order in {} quantifier')
    this.at += found[0].length
    return [min, max]
  }

  /** After `(`. */
  private group(): PatternNode | undefined {
    if (this.peek('*')) throw this.error('backtracking verbs are not supported')
    if (!this.take('?')) return this.groupBody()
    if (this.take(':') || this.take('|')) return this.groupBody()
    if (this.take('>')) return { kind: 'atomic', body: this.groupBody() }
    if (this.take('=')) return this.look(false, false)
    if (this.take('!')) return this.look(false, true)
    if (this.takeText('<=')) return this.look(true, false)
    if (this.takeText('<!')) return this.look(true, true)
    if (this.takeText('P<') || this.take('<')) return this.namedGroup('>')
    if (this.take("'")) return this.namedGroup("'")
    return this.flagGroup()
  }

  private groupBody(): PatternNode {
    const opened = this.at
    const outer = this.flags
    const body = this.alternation()
    if (!this.take(')')) throw new PatternError('missing closing parenthesis of the group', opened)
    this.flags = outer
    return body
  }

  private look(behind: boolean, negative: boolean): PatternNode {
    return { kind: 'look', body: this.groupBody(), behind, negative }
  }

  private namedGroup(terminator: string): PatternNode {
    const named = /^[A-Za-z_]\w{0,127}/.exec(this.text.slice(this.at, this.at + 129).join(''))
    if (named === null) throw this.error('group name expected')
    this.at += named[0].length
    if (!this.take(terminator)) throw this.error('group name without its end')
    return this.groupBody()
  }

  /** `(?i)` for the rest of the group around it, `(?i:...)` for its own. */
  private flagGroup(): PatternNode | undefined {
    const outer = this.flags
    let flags = this.take('^') ? NO_FLAGS : outer
    let on = true
    for (;;) {
      const letter = this.text[this.at++]
      switch (letter) {
        case '-':
          on = false
          break
        case 'i':
          flags = { ...flags, ignoreCase: on }
          break
        case 'm':
          flags = { ...flags, multiline: on }
          break
        case 's':
          flags = { ...flags, dotAll: on }
          break
        case 'x':
          flags = { ...flags, extended: on }
          break
        case 'J':
        case 'n':
          // Names and numbers of groups, which nothing here refers to.
          break
        case ')':
          this.flags = flags
          return undefined
        case ':': {
          this.flags = flags
          const body = this.groupBody()
          this.flags = outer
          return body
        }
        default:
          this.at -= 1
          throw this.error('unrecognized or unsupported group after (?')
      }
    }
  }

  /** After a backslash outside a class. */
  private escape(): PatternNode {
    const letter = this.text[this.at++]
    if (letter === undefined) throw this.error('\\ at end of pattern')
    const ranges = SHORTHANDS.get(letter)
    if (ranges !== undefined) return { kind: 'class', ranges }
    const anchor = ANCHOR_ESCAPES.get(letter)
    if (anchor !== undefined) return { kind: 'anchor', anchor }
    if (letter === 'R') return LINE_BREAK
    // \K moves the start of what is reported as matched, which nobody asks for.
    if (letter === 'K') return EMPTY
    if (/[1-9gk]/.test(letter)) throw this.error('back references are not supported')
    return this.literalCode(this.characterEscape(letter))
  }

  private characterEscape(letter: string): number {
    const control = CONTROL_ESCAPES.get(letter)
    if (control !== undefined) return control
    if (letter === 'x') return this.hexadecimal()
    if (letter === '0') return Number.parseInt(`0${this.digits(/^[0-7]{0,2}/)}`, 8)
    if (letter === 'o') return this.braced(/^\{([0-7]+)\}/, 8)
    if (letter === 'c') return this.controlCharacter()
    if (/[A-Za-z0-9]/.test(letter)) throw this.error(`unrecognized or unsupported escape \\${letter}`)
    return letter.codePointAt(0) as number
  }

  private hexadecimal(): number {
    if (this.peek('{')) return this.braced(/^\{([0-9A-Fa-f]+)\}/, 16)
    return Number.parseInt(`0${this.digits(/^[0-9A-Fa-f]{0,2}/)}`, 16)
  }

  private digits(allowed: RegExp): string {
    const found = allowed.exec(this.text.slice(this.at, this.at + 3).join('')) as RegExpExecArray
    this.at += found[0].length
    return found[0]
  }

  private braced(form: RegExp, radix: number): number {
    const found = form.exec(this.text.slice(this.at, this.at + 16).join(''))
    const code = found === null ? Number.NaN : Number.parseInt(found[1], radix)
    if (found === null || code > CODE_POINT_MAX) throw this.error('invalid character code')
    this.at += found[0].length
    return code
  }

  private controlCharacter(): number {
    const character = this.text[this.at++]
    if (character === undefined || !/[ -~]/.test(character)) throw this.error('\\c without a character')
    return character.toUpperCase().charCodeAt(0) ^ 0x40
  }

  /** After `[`. A `]` that comes first is a member. */
  private characterClass(): PatternNode {
    const opened = this.at - 1
    const negated = this.take('^')
    const ranges: (readonly [number, number])[] = []
    for (let first = true; ; first = false) {
      this.skipQuotes()
      if (this.at >= this.text.length)
        throw new PatternError('missing terminating ] for character class', opened)
      if (!first && !this.quoting && this.take(']')) break
      const member = this.classMember()
      if (typeof member !== 'number') ranges.push(...member)
      else ranges.push([member, this.rangeEnd(member)])
    }
    const members = this.flags.ignoreCase ? foldCase(ranges) : ranges
    return { kind: 'class', ranges: negated ? complement(members) : members }
  }

  /** The last character of a range begun by `first`, which is its own last one when no range follows. */
  private rangeEnd(first: number): number {
    this.skipQuotes()
    const following = this.text[this.at + 1]
    if (this.quoting || !this.peek('-') || following === ']' || following === undefined) return first
    this.at += 1
    this.skipQuotes()
    if (this.at >= this.text.length) throw this.error('missing terminating ] for character class')
    const last = this.classMember()
    if (typeof last !== 'number') throw this.error('invalid range in character class')
    if (last < first) throw this.error('range out of order in character class')
    return last
  }

  private classMember(): number | Ranges {
    const character = this.text[this.at++]
    if (!this.quoting && character === '[') return this.posixClass()
    if (!this.quoting && character === '\\') return this.classEscape()
    return character.codePointAt(0) as number
  }

  /** After a `[` inside a class: `:alpha:]`, or the bracket itself. */
  private posixClass(): number | Ranges {
    const found = /^([:.=])(\^?)([a-z]*)\1\]/.exec(this.text.slice(this.at, this.at + 16).join(''))
    if (found === null) return 0x5b
    if (found[1] !== ':') throw this.error('POSIX collating elements are not supported')
    const ranges = POSIX_CLASSES.get(found[3])
    if (ranges === undefined) throw this.error('unknown POSIX class name')
    this.at += found[0].length
    return found[2] === '^' ? complement(ranges) : ranges
  }

  private classEscape(): number | Ranges {
    const letter = this.text[this.at++]
    if (letter === undefined) throw this.error('\\ at end of pattern')
    if (letter === 'b') return 0x08
    if (letter === 'N') throw this.error('\\N is not supported in a class')
    if (/[1-7]/.test(letter)) return Number.parseInt(letter + this.digits(/^[0-7]{0,2}/), 8)
    return SHORTHANDS.get(letter) ?? this.characterEscape(letter)
  }

  private literal(character: string): PatternNode {
    return this.literalCode(character.codePointAt(0) as number)
  }

  private literalCode(code: number): PatternNode {
    const node = literal(code)
    return this.flags.ignoreCase ? { kind: 'class', ranges: foldCase(node.ranges) } : node
  }

  /** Comments, the white space of `(?x)`, and the ends of quotations. */
  private skipIgnored(): void {
    for (;;) {
      this.skipQuotes()
      if (this.quoting) return
      if (this.takeText('(?#')) this.skipPast(')', 'missing ) after (?# comment')
      else if (this.flags.extended && /^[ \t-\r]$/.test(this.text[this.at] ?? '')) this.at += 1
      else if (this.flags.extended && this.take('#')) this.skipPast('\n')
      else return
    }
  }

  private skipQuotes(): void {
    for (;;) {
      if (this.takeText('\\E')) this.quoting = false
      else if (this.quoting || !this.takeText('\\Q')) return
      else this.quoting = true
    }
  }

  private skipPast(terminator: string, complaint?: string): void {
    const end = this.text.indexOf(terminator, this.at)
    if (end < 0 && complaint !== undefined) throw this.error(complaint)
    this.at = end < 0 ? this.text.length : end + 1
  }

  private peek(character: string): boolean {
    return this.text[this.at] === character
  }

  private take(character: string): boolean {
    if (this.text[this.at] !== character) return false
    this.at += 1
    return true
  }

  private takeText(text: string): boolean {
    for (let index = 0; index < text.length; index += 1) {
      if (this.text[this.at + index] !== text[index]) return false
    }
    this.at += text.length
    return true
  }

  private error(reason: string): PatternError {
    return new PatternError(reason, this.at)
  }
}

function literal(code: number): { readonly kind: 'class'; readonly ranges: Ranges } {
  return { kind: 'class', ranges: [[code, code]] }
}
