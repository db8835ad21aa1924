import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tableFromPlain } from '../../core/field-table.js'
import { directMismatch, headersMismatch, topicMismatch } from './mismatch.js'

test('a direct binding that differs in case, spaces or wildcards is told apart from one that is another key', () => {
  assert.match(directMismatch('Orders', 'orders'), /upper and lower case/)
  assert.match(directMismatch('orders ', 'orders'), /spaces/)
  assert.match(directMismatch('orders.*', 'orders.new'), /mean nothing here/)
  assert.equal(directMismatch('a', 'b'), "the binding key 'a' is not 'b'")
})

test('a topic mismatch names the word that stands in the way', () => {
  assert.equal(topicMismatch('order.*.eu', 'order.new.us'), "word 3 is 'us', the pattern wants 'eu'")
  assert.equal(topicMismatch('order.*', 'order'), "the key ends after 1 word, the pattern goes on with '*'")
  assert.equal(topicMismatch('order.*', 'order.new.eu'), 'the key has 3 words, the pattern 2')
  assert.match(topicMismatch('order.new*', 'order.newest'), /ordinary word/)
  assert.match(topicMismatch('#.eu', 'order.us'), /after '#' the pattern wants 'eu'/)
  assert.match(topicMismatch('a.#.b.c', 'a.c'), /needs at least 3/)
})

test('a headers mismatch names what is missing and what differs', () => {
  const wanted = tableFromPlain({ 'x-match': 'all', format: 'pdf', pages: 2 })
  assert.equal(
    headersMismatch(wanted, tableFromPlain({ pages: 3 })),
    `header 'format' is missing; header 'pages' is 3, the binding wants 2`,
  )
  const any = tableFromPlain({ 'x-match': 'any', format: 'pdf' })
  assert.match(headersMismatch(any, tableFromPlain({})), /^none of the headers agrees/)
})
