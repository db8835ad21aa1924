import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PATTERN_STEPS_MAX, PatternMatcher } from './pattern-matcher.js'
import { PATTERN_DEPTH_MAX, PATTERN_LENGTH_MAX, PatternError } from './pcre-parser.js'

/** Pattern, texts it is in, texts it is not in. */
type Row = [pattern: string, found: string[], missing: string[]]

function check(rows: Row[]): void {
  for (const [pattern, found, missing] of rows) {
    const matcher = new PatternMatcher(pattern)
    for (const text of found)
      assert.equal(matcher.isIn(text), true, `/${pattern}/ in ${JSON.stringify(text)}`)
    for (const text of missing)
      assert.equal(matcher.isIn(text), false, `/${pattern}/ in ${JSON.stringify(text)}`)
  }
}

test('a pattern is searched for anywhere and anchors tie it down', () => {
  check([
    ['foo', ['foo', 'xfoox'], ['', 'fo', 'FOO']],
    ['^foo', ['foo', 'foox'], ['xfoo']],
    ['foo$', ['foo', 'xfoo', 'foo\n'], ['foox', 'foo\n\n', 'foo\nx']],
    ['^foo$', ['foo'], ['xfoo', 'foox', 'x\nfoo']],
    ['^$', [''], ['a']],
    ['', ['', 'a'], []],
    ['^(a|b)$|^c', ['a', 'b', 'cd'], ['ab', 'xc']],
    ['(^a|b)', ['a', 'xb'], ['xa']],
  ])
})

test('anchors of Perl that JavaScript lacks', () => {
  check([
    ['\\Afoo\\z', ['foo'], ['foo\n', 'xfoo']],
    ['\\Afoo\\Z', ['foo', 'foo\n'], ['foo\n\n', 'foox']],
    ['(?m)^b$', ['b', 'a\nb\nc', 'a\nb'], ['ab', 'a\rb']],
    ['(?m)\\Ab', ['b'], ['a\nb']],
    ['\\bq\\b', ['q', 'a q b', 'a.q'], ['aq', 'q_']],
    ['a\\Bb', ['ab'], ['a']],
  ])
})

test('quantifiers: greedy, lazy, counted, possessive', () => {
  check([
    ['^a*b+c?$', ['b', 'aabbc'], ['a', 'bcc']],
    ['^a{2}$', ['aa'], ['a', 'aaa']],
    ['^a{2,}$', ['aa', 'aaaa'], ['a']],
    ['^a{1,3}$', ['a', 'aaa'], ['', 'aaaa']],
    ['^(ab){1,3}$', ['ab', 'ababab'], ['', 'aba', 'abababab']],
    ['^(ab){2,}$', ['abab', 'ababab'], ['ab']],
    ['^.*?x$', ['x', 'axx'], ['xa']],
    ['^(?:a|ab)(?:c|bcd)$', ['ac', 'abc', 'abcd', 'abbcd'], ['ab']],
    ['^a++a', [], ['aaa']],
    ['^a++b', ['aab'], ['aa']],
    ['^a*+b$', ['b', 'aab'], ['aa']],
    ['^(?:ab)?+ab$', ['abab'], ['ab']],
    ['^(?>a|ab)c', ['ac'], ['abc']],
    ['^(?>a+?)b', ['ab'], ['aab']],
    ['^(?:a??)*+a', ['a'], ['b']],
    ['^(a?)*$', ['', 'a', 'aaa'], ['b']],
    ['^(a*)*b$', ['b', 'aaab'], ['aaa']],
    ['^(?:a?b?)*?c', ['c', 'ababc', 'bac'], ['abab']],
    ['^(?:){5}a', ['a'], ['b']],
    ['^a{0}b', ['b'], ['ab']],
    ['(?:^)*a', ['a', 'ba'], ['b']],
  ])
})

test('braces that hold no count are ordinary characters', () => {
  check([
    ['^{username}$', ['{username}'], ['username']],
    ['a{,2}', ['a{,2}'], ['aa']],
    ['a{x', ['a{x'], ['a']],
    ['a}b]', ['a}b]'], []],
  ])
})

test('options at the start, in the middle and for a group', () => {
  check([
    ['(?i)^foo-[a-c]$', ['foo-a', 'FoO-B'], ['foo-d']],
    ['a(?i)b|c', ['ab', 'aB', 'C'], ['Ab']],
    ['(?:a(?i)b)c', ['aBc'], ['aBC']],
    ['^(?i:a)b$', ['Ab'], ['AB']],
    ['(?i)a(?-i)b', ['Ab'], ['AB']],
    ['(?i)[^a]', ['b'], ['a', 'A']],
    ['(?i)\\x41', ['a', 'A'], []],
    ['(?i)k', ['K'], ['\u212a']],
    ['^a.b$', ['axb', 'a\rb', 'a\u2028b'], ['a\nb']],
    ['(?s)^a.b$', ['a\nb'], ['ab']],
    ['(?x) a b # comment\n c', ['abc'], ['a b']],
    ['(?im)^A$', ['x\na'], []],
    ['(?i)(?^)a', ['a'], ['A']],
    ['a(?#note)b', ['ab'], []],
  ])
})

test('classes, shorthands and POSIX names', () => {
  check([
    ['^[a-c_-]+$', ['abc', '-_'], ['d']],
    ['^[]a]$', [']', 'a'], ['b']],
    ['^[^]a]$', ['b'], [']', 'a']],
    ['^[\\w.-]+$', ['a.b-c_1'], ['a b', 'ä']],
    ['^[[:alpha:]]+$', ['abC'], ['a1']],
    ['^[[:^digit:]x]+$', ['ab'], ['1']],
    ['^[[:xdigit:][:space:]]+$', ['aF 9'], ['g']],
    ['^[[a]$', ['[', 'a'], ['b']],
    ['^[\\d\\]]+$', ['1]'], ['\\']],
    ['^[\\Qa-z\\E]+$', ['a-z'], ['b']],
    ['^[a\\-z]$', ['-'], ['b']],
    ['^[\\x{e4}\\101]$', ['ä', 'A'], ['a']],
    ['^\\d\\D\\w\\W\\s\\S$', ['1a_- x'], ['aa_- x']],
    ['^\\h\\v$', ['\t\n'], ['\n\t']],
    ['^\\N+$', ['ab'], ['\n']],
    ['^a\\Rb$', ['a\nb', 'a\r\nb'], ['ab', 'a\n\rb']],
    ['^[^a]$', ['b', '\n', '😀'], ['a', '']],
  ])
})

test('escapes stand for characters', () => {
  check([
    ['^amq\\.default$', ['amq.default'], ['amqxdefault']],
    ['^\\Qa.b*\\E+$', ['a.b*', 'a.b**'], ['axb*', 'a.b']],
    ['^\\x41\\x{42}\\o{103}\\0$', ['ABC\0'], []],
    ['^\\t\\n\\r\\f\\e\\a\\cA$', ['\t\n\r\f\x1b\x07\x01'], []],
    ['^\\/\\-\\_\\#\\ $', ['/-_# '], []],
    ['^foo\\Kbar$', ['foobar'], []],
  ])
})

test('assertions look ahead and behind', () => {
  check([
    ['^(?!amq\\.)', ['orders', ''], ['amq.topic']],
    ['^(?=.*x)a', ['abx'], ['ab', 'xb']],
    ['(?<=a)b', ['ab'], ['b', 'cb']],
    ['(?<!a)b', ['b', 'cb'], ['ab']],
    ['(?<=ab|c)d', ['abd', 'cd'], ['bd']],
    ['(?<=😀.)x', ['😀ax'], ['ax']],
    ['^(?:(?=a+b)a)+b$', ['aab'], ['aac']],
    ['(?!)', [], ['', 'a']],
    ['^(?:(?>(?:a?)*)b)+$', ['abaab', 'b'], ['aba']],
  ])
})

test('characters are code points', () => {
  check([
    ['^.$', ['ä', '😀'], ['😀😀']],
    ['^[😀-😂]+x$', ['😁😂x'], ['x', '😃x']],
    ['^.*😀$', ['a😀😀'], ['😀a']],
    ['^(?:😀)+?$', ['😀😀'], []],
  ])
})

test('group names and numbers are read and dropped', () => {
  check([["^(?<n>a)(?P<m>b)(?'o'c)(?:d)(?|e|f)$", ['abcde', 'abcdf'], []]])
})

test('what cannot be compiled is refused with its place', () => {
  const wrong = [
    '*a',
    '+',
    '?',
    'a**',
    'a{2}{3}',
    '{1}',
    '(',
    '(a',
    'a)',
    '[a',
    '[',
    '[]',
    '[^]',
    '[z-a]',
    '[a-\\d]',
    '[[:foo:]]',
    '[[.a.]]',
    '\\',
    'a\\',
    '(?',
    '(?<a',
    '(?<1>a)',
    '(?z)',
    '(?P=a)',
    '(?R)',
    '(?1)',
    '(?(1)a)',
    '(a)\\1',
    '\\k<a>',
    '(*UTF8)a',
    'a{3,2}',
    'a{65536}',
    '\\x{110000}',
    '\\y',
    '\\p{L}',
    '(?<=a+)b',
    '(?#',
    '[\\N]',
    '\\c',
  ]
  for (const pattern of wrong) {
    assert.throws(() => new PatternMatcher(pattern), PatternError, pattern)
  }
})

test('size is bounded: length, depth, counted groups', () => {
  new PatternMatcher('a'.repeat(PATTERN_LENGTH_MAX))
  assert.throws(() => new PatternMatcher('a'.repeat(PATTERN_LENGTH_MAX + 1)), PatternError)
  new PatternMatcher(`${'('.repeat(PATTERN_DEPTH_MAX - 1)}a${')'.repeat(PATTERN_DEPTH_MAX - 1)}`)
  assert.throws(
    () => new PatternMatcher(`${'('.repeat(PATTERN_DEPTH_MAX)}a${')'.repeat(PATTERN_DEPTH_MAX)}`),
    PatternError,
  )
  new PatternMatcher('.{0,65535}')
  assert.throws(() => new PatternMatcher(`(?:ab?){${PATTERN_STEPS_MAX}}`), PatternError)
  assert.throws(() => new PatternMatcher('(((((a|b){9}){9}){9}){9}){9}'), PatternError)
})

test('patterns that take JavaScript for ever are answered at once', () => {
  const long = 'a'.repeat(255)
  const before = process.cpuUsage().user
  check([
    ['^(a+)+$', [long], [`${long}!`]],
    ['^(a|a)*$', [long], [`${long}!`]],
    ['^(a|aa)+$', [long], [`${long}!`]],
    ['(.*)*(.*)*(.*)*x', [`${long}x`], [long]],
    ['^(a?){60}a{60}$', ['a'.repeat(60)], [`${'a'.repeat(60)}!`]],
    ['.*.*.*.*.*.*.*.*.*.*x', [`${long}x`], [long]],
    ['^(?:(?=(a|a)*b)a)*$', [''], [long]],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', [`aaaaA${'b'.repeat(20)}`], [long]],
  ])
  // Generous for a busy machine; each of these would take RegExp longer than anyone waits.
  assert.ok(process.cpuUsage().user - before < 10_000_000)
})

test('a text too long for the stack is not matched, and the next one is', () => {
  const matcher = new PatternMatcher('^(?:ab)*$')
  assert.equal(matcher.isIn('ab'.repeat(1_000_000)), false)
  assert.equal(matcher.isIn('ab'.repeat(100)), true)
})

test('agrees with RegExp on random patterns of the syntax they share', () => {
  const seed = Number(process.env.TEST_SEED ?? 20261126)
  const random = mulberry(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]
  const atom = (depth: number): string => {
    const roll = random()
    if (depth > 0 && roll < 0.3) return `${pick(['(', '(?:', '(?=', '(?!'])}${branches(depth - 1)})`
    if (roll < 0.8) return pick(['a', 'b', 'c'])
    return pick(['.', '[ab]', '[^a]', '^', '\\b', '\\w'])
  }
  const item = (depth: number): string => {
    const inner = atom(depth)
    const repeatable = inner !== '^' && inner !== '\\b' && !/^\(\?[=!]/.test(inner)
    return repeatable && random() < 0.4
      ? inner + pick(['*', '+', '?', '{2}', '{1,2}', '{1,}', '*?', '+?', '??'])
      : inner
  }
  const sequence = (depth: number): string =>
    Array.from({ length: Math.floor(random() * 4) }, () => item(depth)).join('')
  const branches = (depth: number): string =>
    Array.from({ length: 1 + Math.floor(random() * 2) }, () => sequence(depth)).join('|')
  for (let round = 0; round < 4_000; round += 1) {
    const pattern = branches(3)
    const matcher = new PatternMatcher(pattern)
    const reference = new RegExp(pattern)
    for (let count = 0; count < 8; count += 1) {
      const text = Array.from({ length: Math.floor(random() * 8) }, () => pick(['a', 'b', 'c', '.'])).join('')
      assert.equal(matcher.isIn(text), reference.test(text), `seed ${seed}: /${pattern}/ in '${text}'`)
    }
  }
})

/** A small generator of random numbers from a seed. */
function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
