import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFrom } from '../../test/support/random.js'
import { TIMER_DELAY_MAX_MS } from './clock.js'
import { Timer, Timers } from './timers.js'
import { VirtualClock } from './virtual-clock.js'

test('timers fire in the order of their moments, those for the same moment in the order of arming', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const random = randomFrom(seed)
    const clock = new VirtualClock()
    const timers = new Timers(clock)
    const fired: number[] = []
    const all = Array.from({ length: 60 }, (_, id) => new Timer(() => fired.push(id)))
    let armed: { id: number; at: number; order: number }[] = []
    for (let order = 0; order < 300; order++) {
      const id = Math.floor(random() * all.length)
      armed = armed.filter((each) => each.id !== id)
      if (random() < 0.25) {
        timers.disarm(all[id]!)
      } else {
        const at = Math.floor(random() * 20)
        timers.arm(all[id]!, at)
        armed.push({ id, at, order })
      }
      assert.equal(
        all[id]!.armed,
        armed.some((each) => each.id === id),
      )
    }
    clock.advanceSync(20)
    const expected = armed.sort((a, b) => a.at - b.at || a.order - b.order).map(({ id }) => id)
    assert.deepEqual(fired, expected, `seed ${seed}`)
    assert.equal(clock.pendingCount, 0)
  }
})

test('a timer fires once, at its own moment, and can be armed again from its own call', () => {
  const clock = new VirtualClock()
  const timers = new Timers(clock)
  const moments: number[] = []
  const timer = new Timer(() => {
    moments.push(clock.monotonic())
    if (moments.length < 3) timers.arm(timer, 10)
  })
  timers.arm(timer, 5)
  clock.advanceSync(4)
  assert.deepEqual(moments, [])
  clock.advanceSync(100)
  assert.deepEqual(moments, [5, 15, 25])
  assert.equal(timer.armed, false)
})

test('a timer that arms itself for the same moment lets the others and the clock go on', () => {
  const clock = new VirtualClock()
  const timers = new Timers(clock)
  const order: string[] = []
  const again = new Timer(() => {
    order.push('again')
    if (order.length < 6) timers.arm(again, 0)
  })
  const other = new Timer(() => order.push('other'))
  timers.arm(again, 1)
  timers.arm(other, 1)
  clock.advanceSync(1)
  assert.deepEqual(order.slice(0, 3), ['again', 'other', 'again'])
  assert.equal(order.length, 6)
})

test('one that throws does not keep the others from firing', () => {
  const clock = new VirtualClock()
  const timers = new Timers(clock)
  let fired = 0
  timers.arm(
    new Timer(() => {
      throw new Error('on purpose')
    }),
    1,
  )
  timers.arm(new Timer(() => fired++), 1)
  timers.arm(new Timer(() => fired++), 2)
  assert.throws(() => clock.advanceSync(5), /on purpose/)
  clock.advanceSync(5)
  assert.equal(fired, 2)
})

test('a wait longer than the clock can take is looked at again', () => {
  const clock = new VirtualClock()
  const timers = new Timers(clock)
  let firedAt = 0
  timers.arm(new Timer(() => (firedAt = clock.monotonic())), 3 * TIMER_DELAY_MAX_MS)
  clock.advanceSync(3 * TIMER_DELAY_MAX_MS - 1)
  assert.equal(firedAt, 0)
  clock.advanceSync(1)
  assert.equal(firedAt, 3 * TIMER_DELAY_MAX_MS)
})

test('many timers share one timer of the clock, and closing leaves none', () => {
  const clock = new VirtualClock()
  const timers = new Timers(clock)
  const all = Array.from({ length: 1000 }, () => new Timer(() => assert.fail('it was closed')))
  all.forEach((timer, i) => {
    timers.arm(timer, 1000 - i)
  })
  assert.equal(clock.pendingCount, 1)
  timers.close()
  timers.arm(all[0]!, 1)
  assert.equal(clock.pendingCount, 0)
  assert.ok(all.every(({ armed }) => !armed))
  clock.advanceSync(2000)
})

test('timers may be closed by one of them', () => {
  const clock = new VirtualClock()
  const timers = new Timers(clock)
  timers.arm(new Timer(() => timers.close()), 1)
  timers.arm(new Timer(() => assert.fail('it was closed')), 1)
  clock.advanceSync(10)
  assert.equal(clock.pendingCount, 0)
})
