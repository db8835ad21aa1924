import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventBus } from '../../core/events.js'
import type { LogRecord } from '../../util/log/log-record.js'
import { OutputLogger } from '../../util/log/output-logger.js'
import { logEvents } from './event-log.js'

test('what operators do and what runs out is in the log, in the words that runbooks match on', () => {
  const lines: string[] = []
  const logger = new OutputLogger()
  logger.add(
    { write: ({ level, category, message }: LogRecord) => lines.push(`${level} ${category} ${message}`) },
    { level: 'info', isAsked: false },
  )
  const events = new EventBus(logger)
  logEvents(events, logger, 'rabbit@h')
  const metadata = {
    description: 'd',
    tags: ['a', 'b'],
    defaultQueueType: undefined,
    protectedFromDeletion: false,
  }
  events.emit('vhost.created', { name: 'v', user: 'guest', ...metadata })
  events.emit('vhost.deleted', { name: 'v', user: 'guest' })
  events.emit('policy.set', {
    vhost: 'v',
    name: 'p',
    user: 'guest',
    pattern: '^a',
    applyTo: 'queues',
    priority: 0,
    definition: {},
  })
  events.emit('user.created', { name: 'u', tags: ['a'], user: 'guest' })
  const patterns = { configure: 'c', write: 'w', read: '.*' }
  events.emit('permission.created', { name: 'u', vhost: 'v', user: 'guest', ...patterns })
  events.emit('alarm.set', { source: 'memory' })
  events.emit('alarm.cleared', { source: 'disk' })
  assert.deepEqual(lines, [
    "info default Adding vhost 'v' (description: 'd', tags: [a,b])",
    "info default Deleting vhost 'v'",
    "info default Successfully set policy 'p' matching queues names in virtual host 'v' using pattern '^a'",
    "info user Created user 'u'",
    "info user Successfully set user tags for user 'u' to [a]",
    "info user Successfully set permissions for user 'u' in virtual host 'v' to 'c', 'w', '.*'",
    `warning default memory resource limit alarm set on node rabbit@h.\n\n${'*'.repeat(58)}\n*** Publishers will be blocked until this alarm clears ***\n${'*'.repeat(58)}`,
    'warning default disk resource limit alarm cleared on node rabbit@h',
    'warning default disk resource limit alarm cleared across the cluster',
  ])
})
