import assert from 'node:assert/strict'
import test from 'node:test'
import { cleanUp } from './cleanup.js'
import { randomBytesOf } from './random.js'
import { until, within } from './wait.js'

test('until resolves when the condition holds and otherwise says what it waited for, and why', async () => {
  let looks = 0
  await until(() => ++looks === 3, 'the third look')
  assert.equal(looks, 3)
  await assert.rejects(
    until(() => false, 'pigs fly', 10),
    /waited 10 ms in vain until pigs fly/,
  )
  const cause = new Error('no wings')
  await assert.rejects(
    until(() => Promise.reject(cause), 'pigs fly', 10),
    (error) => error instanceof Error && error.cause === cause,
  )
})

test('within gives up on a promise and passes on what it rejects with', async () => {
  assert.equal(await within(Promise.resolve(1), 'a number'), 1)
  await assert.rejects(within(new Promise(() => {}), 'Godot', 10), /in vain for Godot/)
  await assert.rejects(within(Promise.reject(new Error('refused')), 'an answer'), /refused/)
})

test('cleaning up runs backwards, all of it, and throws the first failure', async (t) => {
  const order: number[] = []
  const hooks: (() => Promise<void>)[] = []
  // A stand-in for a test's context, whose end this test can bring about.
  const fake = Object.assign(Object.create(t), { after: (hook: () => Promise<void>) => hooks.push(hook) })
  for (const n of [1, 2, 3]) {
    cleanUp(fake, () => {
      order.push(n)
      if (n > 1) throw new Error(`failure ${n}`)
    })
  }
  assert.equal(hooks.length, 1)
  await assert.rejects(hooks[0]!(), /failure 3/)
  assert.deepEqual(order, [3, 2, 1])
})

test('the same seed gives the same bytes, another seed others', () => {
  assert.deepEqual(randomBytesOf(1, 9), randomBytesOf(1, 9))
  assert.notDeepEqual(randomBytesOf(1, 9), randomBytesOf(2, 9))
  assert.equal(randomBytesOf(1, 9).length, 9)
})
