import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { cleanUp } from '../support/cleanup.js'
import { until } from '../support/wait.js'
import { CONTROL_LAUNCHER, ControlledBroker, temporaryFolder } from './control.js'

/** The tool at work, and what it said so far. */
class Running {
  stdout = ''
  readonly ended: Promise<number | null>

  constructor(t: TestContext, broker: ControlledBroker, args: readonly string[]) {
    const child = spawn(process.execPath, [CONTROL_LAUNCHER, '-q', ...args], {
      env: { ...process.env, ...broker.environment },
    })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.ended = once(child, 'close').then(() => child.exitCode)
    cleanUp(t, async () => {
      child.kill('SIGKILL')
      await this.ended
    })
  }

  get events(): Record<string, unknown>[] {
    return this.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }
}

test('consume_event_stream shows what happens, a JSON object a line, of the names that are wanted', async (t) => {
  const broker = await ControlledBroker.start(t)
  const all = new Running(t, broker, ['consume_event_stream'])
  const some = new Running(t, broker, ['consume_event_stream', '--pattern', '^queue\\.'])
  // Both listen once they heard of something.
  await until(async () => {
    await broker.output('declare', 'queue', 'name=q', 'durable=true')
    await broker.output('delete', 'queue', 'name=q')
    return all.events.length > 0 && some.events.length > 0
  }, 'both listen')
  await broker.output('add_vhost', 'v')
  await broker.output('set_policy', 'p', '^x', '{"max-length":5}')
  await broker.output('declare', 'queue', 'name=last', 'arguments={"x-max-length":3}')
  await until(() => some.events.some(({ name }) => name === 'last'), 'the last one is told')
  await until(() => all.events.some(({ name }) => name === 'last'), 'to both')
  const created = all.events.find(({ event, name }) => event === 'queue.created' && name === 'last')!
  assert.deepEqual(
    [created.vhost, created.type, created.durable, created.auto_delete],
    ['/', 'rabbit_classic_queue', true, false],
  )
  assert.ok(typeof created.timestamp_in_ms === 'number')
  assert.ok(typeof created.user_who_performed_action === 'string')
  const names = all.events.map(({ event }) => event)
  assert.ok(names.includes('vhost.created') && names.includes('policy.set'))
  assert.ok(some.events.every(({ event }) => String(event).startsWith('queue.')))
})

test('following ends after its duration, and with the node', async (t) => {
  const broker = await ControlledBroker.start(t)
  assert.equal((await broker.run('consume_event_stream', '-d', '0.2')).status, 0)
  assert.equal((await broker.run('consume_event_stream', '--pattern', '(')).status, 65)
  const running = new Running(t, broker, ['consume_event_stream'])
  await until(async () => {
    await broker.output('declare', 'queue', 'name=q')
    await broker.output('delete', 'queue', 'name=q')
    return running.events.length > 0
  }, 'it listens')
  await broker.output('stop')
  await running.ended
})

test('the log is shown from its end, and as it is written, over a rotation too', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'node.log')
  const log = { LEVERET_LOG_DIR: folder, LEVERET_LOG_FILE: 'node.log', LEVERET_LOG_FILE_LEVEL: 'info' }
  const broker = await ControlledBroker.start(t, log)
  assert.equal((await broker.output('log_location')).trim(), file)
  assert.match(await broker.output('log_tail'), /Server startup complete/)
  assert.equal((await broker.output('log_tail', '-N', '1')).trimEnd().split('\n').length, 1)
  const running = new Running(t, broker, ['log_tail_stream'])
  await until(async () => {
    await broker.output('set_disk_free_limit', '1MB')
    return running.stdout.includes('the limit of free disk space is now')
  }, 'what is logged is shown')
  await broker.output('rotate_logs')
  assert.ok(readdirSync(folder).length > 1, 'the old file was put aside')
  await until(async () => {
    await broker.output('set_vm_memory_high_watermark', '0.7')
    return running.stdout.includes('the memory limit is now')
  }, 'the new file is followed')
  assert.equal((await broker.run('log_tail_stream', '-d', '0.1')).status, 0)
})

test('a node that logs to stderr alone says so', async (t) => {
  const broker = await ControlledBroker.start(t)
  for (const command of ['log_tail', 'log_tail_stream']) {
    const { status, stderr } = await broker.run(command)
    assert.equal(status, 69)
    assert.match(stderr, /stderr, not to a file/)
  }
  const rotated = await broker.run('rotate_logs')
  assert.equal(rotated.status, 0)
  assert.match(rotated.stdout, /no log file/)
})
