import assert from 'node:assert/strict'
import test from 'node:test'
import { Confirms } from './confirms.js'
import { NackedError } from './errors.js'

function track(promise: Promise<void>): { state: string } {
  const tracked = { state: 'pending' }
  promise.then(
    () => {
      tracked.state = 'resolved'
    },
    (error) => {
      tracked.state = `rejected ${error.message}`
    },
  )
  return tracked
}

const turn = () => new Promise(setImmediate)

test('waiting ends when everything before it is confirmed, in whatever order', async () => {
  const confirms = new Confirms()
  for (let n = 0; n < 3; n++) confirms.published()
  const waiting = track(confirms.wait())
  confirms.published()
  confirms.settle(3, false, true)
  confirms.settle(1, false, true)
  await turn()
  assert.equal(waiting.state, 'pending')
  confirms.settle(2, false, true)
  await turn()
  assert.equal(waiting.state, 'resolved', 'the fourth was published later')
  assert.equal(confirms.outstanding, 1)
})

test('multiple settles everything up to the number, and 0 everything', async () => {
  const confirms = new Confirms()
  const states = [1, 2, 3].map(() =>
    track(new Promise<void>((resolve, reject) => confirms.published({ resolve, reject }))),
  )
  confirms.settle(2, true, true)
  await turn()
  assert.deepEqual(
    states.map(({ state }) => state),
    ['resolved', 'resolved', 'pending'],
  )
  confirms.settle(0, true, true)
  assert.equal(confirms.outstanding, 0)
})

test('refusals are told to the one who waits for the message, or else to the next who waits for all', async () => {
  const confirms = new Confirms()
  const own = new Promise<void>((resolve, reject) => confirms.published({ resolve, reject }))
  confirms.published()
  confirms.published()
  confirms.settle(3, true, false)
  await assert.rejects(own, NackedError)
  await assert.rejects(confirms.wait(), { name: 'NackedError', count: 2 })
  await confirms.wait()
})

test('waiting with nothing outstanding ends at once, and the end of the channel ends all waiting', async () => {
  const confirms = new Confirms()
  await confirms.wait()
  confirms.published()
  const waiting = confirms.wait()
  confirms.fail(new Error('gone'))
  await assert.rejects(waiting, /gone/)
  assert.equal(confirms.outstanding, 0)
})
