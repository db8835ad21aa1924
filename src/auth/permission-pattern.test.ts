import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  checkPermissionPattern,
  escapePattern,
  PermissionPatterns,
  patternFault,
} from './permission-pattern.js'

test('an empty pattern matches the empty name only', () => {
  const patterns = new PermissionPatterns()
  assert.equal(patterns.matches('', ''), true)
  assert.equal(patterns.matches('', 'q'), false)
  assert.equal(patterns.matches('.*', ''), true)
})

test('a pattern that cannot be compiled matches nothing and is reported when it is set', () => {
  const patterns = new PermissionPatterns()
  assert.equal(patterns.matches('*', '*'), false)
  assert.equal(patterns.matches('*', '*'), false)
  assert.throws(() => checkPermissionPattern('configure', '*'), {
    reply: 'PRECONDITION_FAILED',
    explanation:
      "invalid regular expression '*' for configure: quantifier does not follow a repeatable item at offset 1",
  })
  assert.deepEqual(patternFault('*('), { reason: 'quantifier does not follow a repeatable item', offset: 1 })
  assert.equal(patternFault('.*'), undefined)
  checkPermissionPattern('configure', '')
  checkPermissionPattern('configure', '^amq\\.')
})

test('compiled patterns are kept up to a limit, the least recently used dropped first', () => {
  const patterns = new PermissionPatterns(2)
  for (const pattern of ['a', 'b', 'a', 'c', '(']) patterns.matches(pattern, 'x')
  assert.equal(patterns.size, 2)
  assert.equal(patterns.matches('a', 'a'), true)
})

test('an escaped text matches itself and nothing else', () => {
  const patterns = new PermissionPatterns()
  for (const text of ['a.b', '(', 'x*', '{2}', '\\E', '[a-z]', '^$|?+', '#a b', 'ä-😀', '.*']) {
    assert.equal(patterns.matches(`^${escapePattern(text)}$`, text), true, text)
    assert.equal(patterns.matches(`^${escapePattern(text)}$`, `${text}x`), false, text)
  }
  assert.equal(patterns.matches(`^${escapePattern('.*')}$`, 'anything'), false)
})
