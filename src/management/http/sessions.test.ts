import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventBus } from '../../core/events.js'
import { SILENT_LOGGER } from '../../util/logger.js'
import { VirtualClock } from '../../util/virtual-clock.js'
import { Sessions } from './sessions.js'

const GUEST = { name: 'guest', tags: [] }

test('a session ends after its minutes, or after eight hours', () => {
  for (const [minutes, lifeMs] of [
    [5, 5 * 60_000],
    [undefined, 8 * 3_600_000],
  ] as const) {
    const clock = new VirtualClock()
    const sessions = new Sessions(clock, new EventBus(SILENT_LOGGER), minutes)
    const token = sessions.begin(GUEST)
    clock.advanceSync(lifeMs - 1)
    assert.equal(sessions.principalOf(token)?.name, 'guest')
    clock.advanceSync(1)
    assert.equal(sessions.principalOf(token), undefined)
    sessions.close()
  }
})
