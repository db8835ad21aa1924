import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { type ConfirmSink, Confirms } from './confirms.js'

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000)

/** Notes what a client would make of the confirms. */
class Client implements ConfirmSink {
  readonly frames: string[] = []
  readonly outcome = new Map<number, 'ack' | 'nack'>()
  private low = 1

  ack(tag: number, multiple: boolean): void {
    this.frames.push(`ack ${tag}${multiple ? ' multiple' : ''}`)
    if (!multiple) {
      assert.ok(!this.outcome.has(tag), `${tag} is answered twice`)
      this.outcome.set(tag, 'ack')
      return
    }
    let fresh = 0
    for (let t = this.low; t <= tag; t++) {
      if (this.outcome.has(t)) continue
      this.outcome.set(t, 'ack')
      fresh++
    }
    this.low = tag + 1
    assert.ok(fresh > 0, `ack ${tag} says nothing new`)
  }

  nack(tag: number, multiple: boolean): void {
    assert.equal(multiple, false)
    this.frames.push(`nack ${tag}`)
    assert.ok(!this.outcome.has(tag), `${tag} is answered twice`)
    this.outcome.set(tag, 'nack')
  }
}

test('publishes that are confirmed at once share one ack', () => {
  const confirms = new Confirms()
  const client = new Client()
  confirms.addConfirmed()
  confirms.flush(client)
  for (let i = 0; i < 3; i++) confirms.addConfirmed()
  confirms.flush(client)
  confirms.flush(client)
  assert.deepEqual(client.frames, ['ack 1', 'ack 4 multiple'])
})

test('an ack with multiple ends below the first pending publish and later ones are acked singly', () => {
  const confirms = new Confirms()
  const client = new Client()
  confirms.addConfirmed()
  confirms.addConfirmed()
  const pending = confirms.addPending(1)
  confirms.addConfirmed()
  confirms.flush(client)
  assert.deepEqual(client.frames, ['ack 2 multiple', 'ack 4'])
  confirms.addConfirmed()
  confirms.settled(pending)
  confirms.flush(client)
  assert.deepEqual(client.frames.slice(2), ['ack 5 multiple'])
})

test('a refused publish is nacked before the acks of the same flush, which do not reach over it', () => {
  const confirms = new Confirms()
  const client = new Client()
  confirms.addConfirmed()
  confirms.addConfirmed()
  confirms.addRejected()
  confirms.addConfirmed()
  confirms.flush(client)
  assert.deepEqual(client.frames, ['nack 3', 'ack 2 multiple', 'ack 4'])
})

test('a publish on two shards is confirmed by the second and nacked by the first that refuses', () => {
  const confirms = new Confirms()
  const client = new Client()
  const both = confirms.addPending(2)
  confirms.settled(both)
  assert.equal(confirms.hasNews, false)
  confirms.settled(both)
  confirms.flush(client)
  const half = confirms.addPending(2)
  confirms.refused(half)
  confirms.settled(half)
  confirms.flush(client)
  assert.deepEqual(client.frames, ['ack 1', 'nack 2'])
  assert.equal(confirms.pendingCount, 0)
})

test('every publish gets exactly its own outcome, whatever the order of stores and flushes', (t) => {
  t.diagnostic(`seed ${SEED}`)
  const next = randomFrom(SEED)
  const random = (below: number): number => Math.floor(next() * below)
  for (let round = 0; round < 15; round++) {
    const confirms = new Confirms()
    const client = new Client()
    const wanted = new Map<number, 'ack' | 'nack'>()
    const pending: { tag: number; left: number }[] = []
    let tag = 0
    for (let step = 0; step < 1500; step++) {
      const kind = random(100)
      if (kind < 30) {
        confirms.addConfirmed()
        wanted.set(++tag, 'ack')
      } else if (kind < 32) {
        confirms.addRejected()
        wanted.set(++tag, 'nack')
      } else if (kind < 60) {
        const left = 1 + random(3)
        assert.equal(confirms.addPending(left), ++tag)
        pending.push({ tag, left })
      } else if (kind < 92 && pending.length > 0) {
        const at = random(2) === 0 ? 0 : random(pending.length)
        const entry = pending[at]
        if (random(40) === 0) {
          confirms.refused(entry.tag)
          if (!wanted.has(entry.tag)) wanted.set(entry.tag, 'nack')
        } else confirms.settled(entry.tag)
        if (--entry.left > 0) continue
        if (!wanted.has(entry.tag)) wanted.set(entry.tag, 'ack')
        pending.splice(at, 1)
      } else {
        confirms.flush(client)
        assert.deepEqual([...client.outcome].sort(byTag), [...wanted].sort(byTag))
      }
    }
    for (const entry of pending) while (entry.left-- > 0) confirms.settled(entry.tag)
    confirms.flush(client)
    assert.equal(client.outcome.size, tag)
    assert.equal(confirms.pendingCount, 0)
  }
})

function byTag(a: [number, unknown], b: [number, unknown]): number {
  return a[0] - b[0]
}
