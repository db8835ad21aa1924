import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../util/virtual-clock.js'
import { Pace } from './pace.js'

/** Works for a second in pieces of 3 ms, with other work every millisecond; returns how long it was at work. */
async function busyMs(share: number): Promise<number> {
  const clock = new VirtualClock()
  const pace = new Pace(clock, share)
  let busy = 0
  for (let others = 1; clock.monotonic() < 1000; others++) {
    pace.noteOthers(others)
    if (pace.restMs > 0) {
      await clock.advance(1)
      continue
    }
    pace.begin()
    await clock.advance(3)
    busy += 3
    pace.end()
  }
  return busy
}

test('while there is other work, what is paced takes its share of the time', async () => {
  for (const share of [0.1, 0.25, 0.5, 1]) {
    const busy = await busyMs(share)
    assert.ok(busy <= 1000 * share + 3 && busy > 1000 * share * 0.8, `${busy} ms of 1000 with share ${share}`)
  }
  assert.equal(await busyMs(0), 0)
})

test('without other work nothing rests, whatever the share', async () => {
  const clock = new VirtualClock()
  for (const share of [0, 0.1]) {
    const pace = new Pace(clock, share)
    assert.equal(pace.restMs, 0)
    pace.noteOthers(1)
    pace.begin()
    await clock.advance(50)
    pace.end()
    assert.equal(pace.restMs, 50, 'it rests until nothing else has come for 100 ms')
    await clock.advance(50)
    pace.noteOthers(1)
    assert.equal(pace.restMs, 0)
    pace.begin()
    await clock.advance(50)
    pace.end()
    assert.equal(pace.restMs, 0)
  }
})
