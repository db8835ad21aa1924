import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordRule } from './password-rule.js'

test('without a rule every password will do', () => {
  assert.equal(passwordRule({ kind: 'everything' })(''), undefined)
})

test('a least length counts characters, not octets', () => {
  const rule = passwordRule({ kind: 'min-length', minLength: 4 })
  assert.equal(rule('äöü'), 'minimum required password length: 4')
  assert.equal(rule('äöüß'), undefined)
})

test('a pattern is searched for, and one that would take for ever does not', () => {
  const rule = passwordRule({ kind: 'regexp', regexp: '[0-9]' })
  assert.equal(rule('letters'), 'provided password does not match the validator regular expression')
  assert.equal(rule('letters and 1 digit'), undefined)
  const evil = passwordRule({ kind: 'regexp', regexp: '^(a+)+$' })
  assert.notEqual(evil(`${'a'.repeat(60)}!`), undefined)
})
