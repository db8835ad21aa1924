import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { messageOf } from '../../test/support/shard-fixture.js'
import { MessageView } from '../core/message.js'
import { Arena } from '../util/arena.js'
import { CHUNK_BYTES } from './chunk.js'
import { MemoryLog } from './memory-log.js'

test('what was appended is opened again, octet for octet, until its last release', () => {
  const log = new MemoryLog(new Arena(4 * CHUNK_BYTES))
  const random = randomFrom(11)
  const kept: { ref: number; body: Buffer; releases: number }[] = []
  const view = new MessageView()
  for (let i = 0; i < 3000; i++) {
    const size = random() < 0.01 ? Math.floor(random() * 3 * CHUNK_BYTES) : Math.floor(random() * 20_000)
    const body = Buffer.alloc(size, i)
    const targets = 1 + Math.floor(random() * 4)
    const properties = { messageId: String(i), deliveryMode: 2 }
    const ref = log.append(messageOf(body, { routingKey: `key ${i}`, properties }), targets, false, i)
    for (let t = 0; t < targets; t++) log.setTarget(ref, t, t, i, false)
    kept.push({ ref, body, releases: targets })
    while (kept.length > 60) {
      const place = Math.floor(random() * kept.length)
      const entry = kept[place]!
      assert.ok(log.open(entry.ref, view))
      assert.ok(view.buffer.subarray(view.bodyStart, view.bodyEnd).equals(entry.body))
      assert.equal(view.persistent, true)
      assert.equal(view.routingKey, `key ${log.publishedAtMs(entry.ref)}`)
      log.release(entry.ref)
      entry.releases -= 1
      if (entry.releases === 0) kept.splice(place, 1)
    }
  }
  for (const { ref, releases } of kept) for (let i = 0; i < releases; i++) log.release(ref)
  assert.ok(log.residentBytes <= CHUNK_BYTES, `${log.residentBytes} octets are left`)
})

test('a log that is filled and drained in turns uses the same memory', () => {
  const log = new MemoryLog(new Arena(2 * CHUNK_BYTES))
  for (let i = 0; i < 100_000; i++) log.release(log.append(messageOf('m'), 1, false, 0))
  assert.equal(log.residentBytes, CHUNK_BYTES)
})
