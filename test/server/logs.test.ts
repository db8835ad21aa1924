import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect, type GetResult } from '../../src/client/index.js'
import { cleanUp } from '../support/cleanup.js'
import { until } from '../support/wait.js'
import { ServerProcess } from './server-process.js'

const ANY_PORTS = ['--amqp-port', '0']

function start(t: TestContext, conf: string) {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-logs-'))
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }))
  const configPath = join(folder, 'l.conf')
  writeFileSync(configPath, conf.replaceAll('FOLDER', folder))
  return { folder, server: new ServerProcess(t, [...ANY_PORTS, '--config', configPath]) }
}

function urlIn(ready: string): string {
  const [, address] = /amqp (\S+:\d+)/.exec(ready) ?? []
  assert.ok(address !== undefined, ready)
  return `amqp://guest:guest@${address}`
}

const linesOf = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []

test('lines go to the console and to a file, each in its own form and of its own level', async (t) => {
  const { folder, server } = start(
    t,
    'log.file = l.log\nlog.dir = FOLDER\nlog.file.formatter = json\nlog.console.level = error\nlog.connection.level = info\n',
  )
  const url = urlIn(await server.firstLine())
  await (await connect(url)).close()
  server.signal('SIGTERM')
  const { status, stderr } = await server.outcome()
  assert.deepEqual([status, stderr], [0, ''])
  const lines = linesOf(join(folder, 'l.log')).map((line) => JSON.parse(line))
  assert.ok(lines.some(({ msg }) => msg === 'Server startup complete; 0 plugins started.'))
  assert.ok(lines.some(({ domain, level }) => domain === 'rabbitmq.connection' && level === 'info'))
})

test('a SIGHUP opens the log file anew, for whoever rotates it from outside', async (t) => {
  const { folder, server } = start(t, 'log.file = FOLDER/l.log\n')
  const url = urlIn(await server.firstLine())
  const path = join(folder, 'l.log')
  await until(
    () => linesOf(path).some((line) => line.includes('startup complete')),
    'the start is in the log',
  )
  renameSync(path, `${path}.old`)
  server.signal('SIGHUP')
  await until(() => existsSync(path), 'there is a new file')
  await (await connect(url)).close()
  await until(() => linesOf(path).some((line) => line.includes('[info]')), 'lines go there')
  assert.match(readFileSync(`${path}.old`, 'utf8'), /Server startup complete/)
})

test('a log file that cannot be written does not keep the broker from working', async (t) => {
  const { server } = start(t, 'log.file = /dev/full\nlog.console = false\n')
  const connection = await connect(urlIn(await server.firstLine()))
  const channel = await connection.channel()
  await channel.declareQueue('q')
  await connection.close()
  server.signal('SIGTERM')
  const { status, stderr } = await server.outcome()
  assert.equal(status, 0)
  assert.match(stderr, /the log cannot be written to \/dev\/full for now: ENOSPC/)
})

test('a log file that cannot be opened keeps the node from starting', async (t) => {
  const { server } = start(t, 'log.file = /dev/null/l.log\n')
  const { status, stderr } = await server.outcome()
  assert.equal(status, 1)
  assert.match(stderr, /\/dev\/null/)
})

test('lines are published to amq.rabbitmq.log with their level as the routing key', async (t) => {
  const { server } = start(t, 'log.exchange = true\nlog.exchange.level = info\nlog.console = false\n')
  const url = urlIn(await server.firstLine())
  const connection = await connect(url)
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.declareQueue('log')
  await channel.bindQueue('log', 'amq.rabbitmq.log', 'info')
  const other = await connect(url)
  await other.close()
  let got: GetResult | undefined
  await until(async () => {
    got = await channel.get('log', { noAck: true })
    return got !== undefined
  }, 'a line comes to the queue')
  assert.equal(got?.routingKey, 'info')
  assert.match(String(got?.body), /^\d{4}-\d\d-\d\d .* \[info\] .*connection/)
  assert.equal(got?.properties.contentType, 'text/plain')
  const level = got?.properties.headers?.get('level')
  assert.equal(String(level?.value), 'info')
})
