/** Closed ranges of code points, in no particular order. */
export type Ranges = readonly (readonly [number, number])[]

export const CODE_POINT_MAX = 0x10ffff

const DIGIT: Ranges = [[0x30, 0x39]]
const LOWER: Ranges = [[0x61, 0x7a]]
const UPPER: Ranges = [[0x41, 0x5a]]
const LETTER: Ranges = [...LOWER, ...UPPER]
const WORD: Ranges = [...LETTER, ...DIGIT, [0x5f, 0x5f]]
const SPACE: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
]
const HORIZONTAL_SPACE: Ranges = [
  [0x09, 0x09],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
]
const VERTICAL_SPACE: Ranges = [
  [0x0a, 0x0d],
  [0x85, 0x85],
  [0x2028, 0x2029],
]

/** Everything but a line feed: `.` and `\N`. */
export const NOT_LINE_FEED: Ranges = complement([[0x0a, 0x0a]])
/** Everything: `.` under `(?s)`. */
export const ANY: Ranges = [[0, CODE_POINT_MAX]]

/** `\d`, `\W` and their like, by the letter. ASCII, as PCRE without Unicode properties. */
export const SHORTHANDS: ReadonlyMap<string, Ranges> = new Map([
  ['d', DIGIT],
  ['D', complement(DIGIT)],
  ['w', WORD],
  ['W', complement(WORD)],
  ['s', SPACE],
  ['S', complement(SPACE)],
  ['h', HORIZONTAL_SPACE],
  ['H', complement(HORIZONTAL_SPACE)],
  ['v', VERTICAL_SPACE],
  ['V', complement(VERTICAL_SPACE)],
  ['N', NOT_LINE_FEED],
])

/** What stands between `[:` and `:]` inside a class. */
export const POSIX_CLASSES: ReadonlyMap<string, Ranges> = new Map<string, Ranges>([
  ['alnum', [...LETTER, ...DIGIT]],
  ['alpha', LETTER],
  ['ascii', [[0, 0x7f]]],
  [
    'blank',
    [
      [0x09, 0x09],
      [0x20, 0x20],
    ],
  ],
  [
    'cntrl',
    [
      [0, 0x1f],
      [0x7f, 0x7f],
    ],
  ],
  ['digit', DIGIT],
  ['graph', [[0x21, 0x7e]]],
  ['lower', LOWER],
  ['print', [[0x20, 0x7e]]],
  [
    'punct',
    [
      [0x21, 0x2f],
      [0x3a, 0x40],
      [0x5b, 0x60],
      [0x7b, 0x7e],
    ],
  ],
  ['space', SPACE],
  ['upper', UPPER],
  ['word', WORD],
  ['xdigit', [...DIGIT, [0x41, 0x46], [0x61, 0x66]]],
])

/** All code points that `ranges` leaves out. */
export function complement(ranges: Ranges): Ranges {
  const gaps: [number, number][] = []
  let next = 0
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (first > next) gaps.push([next, first - 1])
    next = Math.max(next, last + 1)
  }
  if (next <= CODE_POINT_MAX) gaps.push([next, CODE_POINT_MAX])
  return gaps
}

/** `ranges` and the other case of every ASCII letter in it: `(?i)`. */
export function foldCase(ranges: Ranges): Ranges {
  const folded: (readonly [number, number])[] = [...ranges]
  for (const [first, last] of ranges) {
    addShifted(folded, Math.max(first, 0x41), Math.min(last, 0x5a), 0x20)
    addShifted(folded, Math.max(first, 0x61), Math.min(last, 0x7a), -0x20)
  }
  return folded
}

function addShifted(to: (readonly [number, number])[], first: number, last: number, by: number): void {
  if (first <= last) to.push([first + by, last + by])
}

/** A set of code points that answers quickly: a table for ASCII, the ranges for the rest. */
export class CharacterSet {
  private readonly ascii = new Uint8Array(128)
  private readonly beyond: Ranges

  constructor(ranges: Ranges) {
    for (const [first, last] of ranges) {
      for (let code = first; code <= last && code < 128; code += 1) this.ascii[code] = 1
    }
    this.beyond = ranges.filter(([, last]) => last >= 128)
  }

  has(codePoint: number): boolean {
    if (codePoint < 128) return this.ascii[codePoint] === 1
    for (const [first, last] of this.beyond) if (codePoint >= first && codePoint <= last) return true
    return false
  }
}

/** True for the octets that `\b` takes for parts of a word. */
export function isWordCharacter(code: number): boolean {
  return WORD.some(([first, last]) => code >= first && code <= last)
}
