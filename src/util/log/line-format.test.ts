import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LineFormatOptions, lineFormatter } from './line-format.js'
import type { LogRecord } from './log-record.js'

const RECORD: LogRecord = {
  timeMs: Date.UTC(2026, 10, 22, 13, 15, 19, 23),
  level: 'warning',
  category: 'connection',
  message: 'first\n  second',
}

function format(options: Partial<LineFormatOptions>, record: Partial<LogRecord> = {}): string {
  return lineFormatter(options)({ ...RECORD, ...record })
}

test('every line of a message begins with the time in UTC and the level', () => {
  const start = '2026-11-22 13:15:19.023000+00:00 [warning] '
  assert.equal(format({}), `${start}first\n${start}  second\n`)
  assert.equal(format({ singleLine: true }), `${start}first, second\n`)
})

test('a plain line is what its pattern says', () => {
  const record = { message: 'a $level b' }
  assert.equal(
    format({ plaintext: '$level|$domain|$msg|$pid|$other', time: 'epoch_secs' }, record),
    `warning|rabbitmq.connection|a $level b|${process.pid}|$other\n`,
  )
})

test('times and levels are written in each of their forms', () => {
  const times = (['rfc3339_T', 'epoch_usecs', 'epoch_secs', 'lager_default'] as const).map((time) =>
    format({ time, plaintext: '$time' }).trim(),
  )
  assert.deepEqual(times, [
    '2026-11-22T13:15:19.023000+00:00',
    '1795353319023000',
    '1795353319.023',
    '2026-11-22 13:15:19.023',
  ])
  const levels = (['lc', 'uc', 'lc3', 'uc3', 'lc4', 'uc4'] as const).map((level) =>
    format({ level, plaintext: '$level' }).trim(),
  )
  assert.deepEqual(levels, ['warning', 'WARNING', 'war', 'WAR', 'warn', 'WARN'])
})

test('a JSON line has every field, and one line for a message of several', () => {
  const text = format({ kind: 'json' })
  assert.equal(text.indexOf('\n'), text.length - 1)
  assert.deepEqual(JSON.parse(text), {
    time: '2026-11-22 13:15:19.023000+00:00',
    level: 'warning',
    msg: 'first\n  second',
    domain: 'rabbitmq.connection',
    pid: process.pid,
  })
})

test('fields of JSON are renamed, ordered and dropped, and a number for the level is added', () => {
  const text = format(
    { kind: 'json', fieldMap: 'msg:message time:- verbosity:v *:-', verbosityMap: 'info:6 warning:4' },
    { message: 'm' },
  )
  assert.equal(text, '{"message":"m","v":4}\n')
  assert.equal(
    format({ kind: 'json', fieldMap: 'level time:-', time: 'epoch_secs' }, { message: 'm' }),
    `{"level":"warning","msg":"m","domain":"rabbitmq.connection","pid":${process.pid}}\n`,
  )
})
