import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseCommandLine } from './command-line.js'
import { resolveOptions } from './resolve.js'

const folder = mkdtempSync(join(tmpdir(), 'leveret-config-'))
after(() => rmSync(folder, { recursive: true }))

function resolve(conf: string, environment: Record<string, string> = {}, args: readonly string[] = []) {
  const configPath = join(folder, 'test.conf')
  writeFileSync(configPath, conf)
  const command = parseCommandLine(args)
  assert.ok(command.action === 'run')
  return resolveOptions({ configPath, environment, flags: command.flags })
}

test('the log goes to stderr as plain lines of level info and above unless something else is said', () => {
  const { log } = resolve('\n').options
  assert.deepEqual([log.console?.stream, log.console?.format.kind], ['stderr', 'plaintext'])
  assert.deepEqual(log.console?.level, { level: 'info', isAsked: false })
  assert.deepEqual([log.file, log.exchange, log.categoryLevels], [undefined, undefined, {}])
})

test('a log file is where its name, its folder and the data directory say', () => {
  const pathOf = (conf: string) => resolve(conf).options.log.file?.path
  assert.equal(pathOf('log.file = /var/l.log\n'), '/var/l.log')
  assert.equal(pathOf('log.file = l.log\nlog.dir = /var\n'), '/var/l.log')
  assert.equal(pathOf('log.file = l.log\ndata_dir = /data\n'), '/data/log/l.log')
  assert.equal(pathOf('log.dir = /var\nnode_name = hare@h\n'), '/var/hare@h.log')
  assert.equal(pathOf('log.dir = /var\nlog.file = false\n'), undefined)
  assert.throws(
    () => resolve('log.file = l.log\n'),
    /log\.file needs log\.dir, data_dir or a path from the root/,
  )
})

test("RabbitMQ's variables say where the log goes and how much of it", () => {
  const fileOf = (environment: Record<string, string>) =>
    resolve('log.dir = /var\n', environment).options.log.file
  assert.equal(fileOf({ RABBITMQ_LOGS: '-' }), undefined)
  assert.equal(fileOf({ RABBITMQ_LOGS: '/x/y.log' })?.path, '/x/y.log')
  const { log, logLevel } = resolve('\n', { RABBITMQ_LOG: 'debug,connection=warning,+color' }).options
  assert.equal(logLevel, 'debug')
  assert.deepEqual(log.categoryLevels, { connection: 'warning' })
})

test('a level on the command line is for every output, also for those that the file gave another', () => {
  const conf = 'log.console.level = error\nlog.file = /l.log\nlog.file.level = warning\n'
  const levels = (args: readonly string[]) => {
    const { log } = resolve(conf, {}, args).options
    return [log.console?.level.level, log.file?.level.level]
  }
  assert.deepEqual(levels([]), ['error', 'warning'])
  assert.deepEqual(levels(['--log-level', 'debug']), ['debug', 'debug'])
})

test('each output has a format of its own', () => {
  const { log } = resolve(`
log.console.formatter = json
log.console.formatter.json.field_map = time:ts level msg *:-
log.exchange = true
log.exchange.formatter.level_format = uc4
log.file = /l.log
log.file.rotation.date = $W5D16
log.file.rotation.size = 10MB
log.file.rotation.compress = true
`).options
  assert.deepEqual([log.console?.format.kind, log.file?.format.kind], ['json', 'plaintext'])
  assert.equal(log.console?.format.fieldMap, 'time:ts level msg *:-')
  assert.equal(log.exchange?.format.level, 'uc4')
  assert.deepEqual(log.file?.rotation, {
    sizeBytes: 10_000_000,
    date: { kind: 'week', minute: 0, hour: 16, weekday: 5, day: 1 },
    count: 10,
    compress: true,
  })
  assert.throws(() => resolve('log.file.rotation.date = $X9\n'), /log\.file\.rotation\.date: expected \$D0/)
})

test('outputs that are not there are told of, and pass where they are off', () => {
  assert.deepEqual(resolve('log.syslog = false\n').warnings, [])
  const [warning] = resolve('log.syslog = true\n').warnings
  assert.match(warning ?? '', /log\.syslog is not supported by this version and is ignored: /)
})
