import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SILENT_LOGGER } from '../util/logger.js'
import { Alarms } from './alarm.js'
import { EventBus } from './events.js'

test('listeners hear at once and in order, until they stop listening', () => {
  const events = new EventBus(SILENT_LOGGER)
  const heard: string[] = []
  const stop = events.on('vhost.deleted', ({ name }) => heard.push(`first ${name}`))
  events.onAny((name) => heard.push(`any ${name}`))
  assert.ok(events.hears('queue.created'))
  events.emit('vhost.deleted', { name: 'v', user: undefined })
  stop()
  events.emit('vhost.deleted', { name: 'w', user: undefined })
  assert.deepEqual(heard, ['first v', 'any vhost.deleted', 'any vhost.deleted'])
})

test('a listener that fails is logged and disturbs nobody', () => {
  const errors: string[] = []
  const events = new EventBus({ ...SILENT_LOGGER, error: (message) => errors.push(message) })
  const heard: string[] = []
  events.on('vhost.deleted', () => {
    throw new Error('no')
  })
  events.on('vhost.deleted', ({ name }) => heard.push(name))
  events.emit('vhost.deleted', { name: 'v', user: undefined })
  assert.deepEqual(heard, ['v'])
  assert.deepEqual(errors, ['a listener of vhost.deleted failed'])
  assert.ok(!events.hears('queue.created'))
})

test('alarms tell what is low, once for each change', () => {
  const events = new EventBus(SILENT_LOGGER)
  const alarms = new Alarms(events)
  const reasons: (string | undefined)[] = []
  const names: string[] = []
  const stop = alarms.listen((reason) => reasons.push(reason))
  events.onAny((name, event) => names.push(`${name} ${'source' in event ? event.source : ''}`))
  alarms.set('disk')
  alarms.set('disk')
  alarms.set('memory')
  alarms.clear('disk')
  alarms.clear('disk')
  alarms.clear('memory')
  assert.deepEqual(reasons, ['low on disk', 'low on memory & disk', 'low on memory', undefined])
  assert.deepEqual(names, [
    'alarm.set disk',
    'alarm.set memory',
    'alarm.cleared disk',
    'alarm.cleared memory',
  ])
  stop()
  alarms.set('memory')
  assert.equal(reasons.length, 4)
  assert.equal(alarms.reason, 'low on memory')
})
