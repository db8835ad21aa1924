import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatListenerAddress, parseBindAddress, parseListenerSpec } from './listener-spec.js'

test('a listener is a port on every interface, or a host and port', () => {
  assert.deepEqual(parseListenerSpec('5672'), { host: '::', port: 5672 })
  assert.deepEqual(parseListenerSpec('127.0.0.1:5673'), { host: '127.0.0.1', port: 5673 })
  assert.deepEqual(parseListenerSpec('[::1]:0'), { host: '::1', port: 0 })
  assert.deepEqual(parseListenerSpec('broker.example:5672'), { host: 'broker.example', port: 5672 })
})

test('what is no listener is refused', () => {
  for (const text of ['', '65536', '-1', '::1:5672', '[nonsense]:1', 'host:', ':5672', 'a b:1', '5672/tcp']) {
    assert.equal(parseListenerSpec(text), undefined, text)
  }
})

test('an address is printed as it is read', () => {
  for (const text of ['127.0.0.1:5672', '[::1]:5672']) {
    assert.equal(formatListenerAddress(parseListenerSpec(text)!), text)
  }
})

test('an address to bind may carry the brackets of IPv6', () => {
  assert.equal(parseBindAddress('[::1]'), '::1')
  assert.equal(parseBindAddress('0.0.0.0'), '0.0.0.0')
  assert.equal(parseBindAddress('a:1'), undefined)
})
