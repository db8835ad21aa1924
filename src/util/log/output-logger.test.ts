import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogRecord } from './log-record.js'
import { inCategory, OutputLogger } from './output-logger.js'

function output() {
  const seen: string[] = []
  return {
    seen,
    write: ({ level, category, message }: LogRecord) => seen.push(`${level} ${category} ${message}`),
  }
}

test('each output has a level of its own', () => {
  const logger = new OutputLogger()
  const [talkative, quiet] = [output(), output()]
  logger.add(talkative, { level: 'debug', isAsked: true })
  const remove = logger.add(quiet, { level: 'error', isAsked: true })
  logger.debug('a')
  logger.error('b')
  remove()
  logger.error('c')
  assert.deepEqual(talkative.seen, ['debug default a', 'error default b', 'error default c'])
  assert.deepEqual(quiet.seen, ['error default b'])
})

test('a category may say more than an output by default, and less than one that was asked for', () => {
  const logger = new OutputLogger({ connection: 'debug', channel: 'critical' })
  const [byDefault, asked] = [output(), output()]
  logger.add(byDefault, { level: 'info', isAsked: false })
  logger.add(asked, { level: 'warning', isAsked: true })
  const connection = inCategory(logger, 'connection')
  connection.debug('a')
  connection.warning('b')
  inCategory(connection, 'channel').error('c')
  logger.debug('d')
  assert.deepEqual(byDefault.seen, ['debug connection a', 'warning connection b'])
  assert.deepEqual(asked.seen, ['warning connection b'])
})

test('a level that is set later is for every output', () => {
  const logger = new OutputLogger()
  const one = output()
  logger.add(one, { level: 'error', isAsked: true })
  logger.setLevel('debug')
  logger.debug('a')
  logger.setLevel('none')
  logger.error('b')
  assert.deepEqual(one.seen, ['debug default a'])
})

test('the cause of an error is part of its line', () => {
  const logger = new OutputLogger()
  const one = output()
  logger.add(one, { level: 'info', isAsked: false })
  logger.error('it failed', new TypeError('because'))
  assert.match(one.seen[0] ?? '', /^error default it failed: TypeError: because\n {4}at /)
})
