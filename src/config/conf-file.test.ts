import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConf } from './conf-file.js'

/** The entries as pairs. */
function pairs(text: string, environment: Record<string, string> = {}): [string, string][] {
  return parseConf(text, 'x.conf', environment).map(({ key, value }) => [key, value])
}

test('keys and values are read with the line they stand on', () => {
  assert.deepEqual(parseConf('\n# nothing\nheartbeat = 30\r\n  a.b-c_d=  two words \n', 'x.conf', {}), [
    { key: 'heartbeat', value: '30', file: 'x.conf', line: 3 },
    { key: 'a.b-c_d', value: 'two words', file: 'x.conf', line: 4 },
  ])
})

test('a # begins a comment anywhere outside single quotes, even without a space before it', () => {
  assert.deepEqual(pairs('a = b#c\n## d = e\n  # f\ng = h # i'), [
    ['a', 'b'],
    ['g', 'h'],
  ])
})

test('single quotes protect what is between them, double quotes and apostrophes mean nothing', () => {
  assert.deepEqual(pairs(`a = 'efd3#!e4' # comment\nb = "q"\nc = it's # d\ne = ''`), [
    ['a', 'efd3#!e4'],
    ['b', '"q"'],
    ['c', "it's"],
    ['e', ''],
  ])
})

test('$(NAME) becomes the environment variable, and an unset one stops the start', () => {
  assert.deepEqual(pairs('a = x$(HOME_OF)y', { HOME_OF: '/h' }), [['a', 'x/hy']])
  assert.throws(() => pairs('\na = $(NOT_SET)'), {
    message: 'x.conf:2: the environment variable NOT_SET is not set',
  })
})

test('a value may hold an equals sign', () => {
  assert.deepEqual(pairs('a = b = c'), [['a', 'b = c']])
})

for (const [text, message] of [
  ['heartbeat', 'x.conf:1: expected "key = value", got "heartbeat"'],
  ['heartbeat =', 'x.conf:1: heartbeat has no value'],
  ['heartbeat = # 5', 'x.conf:1: heartbeat has no value'],
  ["a = 'b", 'x.conf:1: the single quote is not closed'],
  ["a = 'b' c", 'x.conf:1: text follows the closing single quote'],
  ['a..b = c', 'x.conf:1: "a..b" is not a key: words joined by dots were expected before "="'],
  ['[{rabbit, []}].', 'x.conf:1: expected "key = value", got "[{rabbit, []}]."'],
] as const) {
  test(`the line ${JSON.stringify(text)} is refused with its place`, () => {
    assert.throws(() => pairs(text), { name: 'ConfigError', message })
  })
}

test('a byte order mark at the beginning is passed over', () => {
  assert.deepEqual(pairs('\uFEFFa = b'), [['a', 'b']])
})
