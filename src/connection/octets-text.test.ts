import assert from 'node:assert/strict'
import { test } from 'node:test'
import { octetsText, payloadText } from './octets-text.js'

test('octets print as a string when all are printable, else as numbers', () => {
  assert.equal(octetsText(Buffer.from('abc')), '<<"abc">>')
  assert.equal(octetsText(Buffer.from([0, 20, 0, 10])), '<<0,20,0,10>>')
  assert.equal(octetsText(Buffer.from('a"\n')), '<<"a\\"\\n">>')
  assert.equal(octetsText(Buffer.alloc(0)), '<<>>')
})

test('more than sixteen octets are cut', () => {
  assert.equal(payloadText(Buffer.from('0123456789abcdef')), 'all octets = <<"0123456789abcdef">>')
  assert.equal(payloadText(Buffer.from('0123456789abcdefg')), 'first 16 octets = <<"0123456789abcdef">>')
})
