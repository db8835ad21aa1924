import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../util/virtual-clock.js'
import { LoginGuard, REFUSALS_OF_ADDRESS_MAX, REFUSALS_OF_USER_MAX } from './login-guard.js'

const HERE = '192.0.2.1'
const THERE = '192.0.2.2'

function refuse(guard: LoginGuard, address: string, users: readonly string[]): void {
  for (const user of users) guard.refused(address, user)
}

const times = (count: number, user: (i: number) => string) => Array.from({ length: count }, (_, i) => user(i))

test('after many guesses at one user from an address, that pair waits and nobody else', () => {
  const guard = new LoginGuard(new VirtualClock())
  refuse(
    guard,
    HERE,
    times(REFUSALS_OF_USER_MAX - 1, () => 'victim'),
  )
  assert.equal(guard.waitSeconds(HERE, 'victim'), 0)
  guard.refused(HERE, 'victim')
  assert.equal(guard.waitSeconds(HERE, 'victim'), 60)
  assert.equal(guard.waitSeconds(HERE, 'other'), 0)
  assert.equal(guard.waitSeconds(THERE, 'victim'), 0, 'the user cannot be locked out from elsewhere')
})

test('after many guesses at many users an address waits altogether', () => {
  const guard = new LoginGuard(new VirtualClock())
  refuse(
    guard,
    HERE,
    times(REFUSALS_OF_ADDRESS_MAX, (i) => `user${i}`),
  )
  assert.equal(guard.waitSeconds(HERE, 'another'), 60)
  assert.equal(guard.waitSeconds(THERE, 'another'), 0)
})

test('the wait ends after a minute, and a login that is let in ends the counting of its user', () => {
  const clock = new VirtualClock()
  const guard = new LoginGuard(clock)
  const guesses = times(REFUSALS_OF_USER_MAX, () => 'victim')
  refuse(guard, HERE, guesses)
  clock.advanceSync(30_000)
  assert.equal(guard.waitSeconds(HERE, 'victim'), 30)
  clock.advanceSync(30_000)
  assert.equal(guard.waitSeconds(HERE, 'victim'), 0)
  refuse(guard, HERE, guesses.slice(1))
  guard.admitted(HERE, 'victim')
  guard.refused(HERE, 'victim')
  assert.equal(guard.waitSeconds(HERE, 'victim'), 0)
})
