import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import test, { type TestContext } from 'node:test'
import { openChannel, untilReady } from '../support/amqplib.js'
import { spawnBroker, startTestBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { uniqueName } from '../support/names.js'
import { requireTool } from '../support/tools.js'
import { until, within } from '../support/wait.js'

// The command line tools of rabbitmq-c, the AMQP client for C.

test('the amqp tools declare a queue, publish to it, get from it and delete it', async (t) => {
  if (!requireTool(t, 'amqp-publish')) return
  const { url } = await startTestBroker(t)
  const queue = uniqueName('tools')
  const declared = await tool(t, 'amqp-declare-queue', ['-u', url, '-q', queue, '-d'])
  assert.equal(declared.stdout.trim(), queue)
  await tool(t, 'amqp-publish', ['-u', url, '-r', queue, '-p', '-C', 'text/plain', '-H', 'k: v', '-b', 'one'])
  await tool(t, 'amqp-publish', ['-u', url, '-r', queue, '-l'], 'two\nthree\n')
  assert.equal((await getOnceReady(t, url, queue)).stdout, 'one')
  assert.equal((await getOnceReady(t, url, queue)).stdout.trim(), 'two')
  const deleted = await tool(t, 'amqp-delete-queue', ['-u', url, '-q', queue])
  assert.equal(deleted.stdout.trim(), '1', 'one message was left')
})

test('amqp-get tells an empty queue by its exit status', async (t) => {
  if (!requireTool(t, 'amqp-get')) return
  const { url } = await startTestBroker(t)
  const queue = uniqueName('empty')
  await tool(t, 'amqp-declare-queue', ['-u', url, '-q', queue])
  assert.equal((await run(t, 'amqp-get', ['-u', url, '-q', queue])).status, 2)
  await tool(t, 'amqp-delete-queue', ['-u', url, '-q', queue, '-e', '--if-unused'])
})

test('amqp-consume hands each message to a command and acknowledges it', async (t) => {
  if (!requireTool(t, 'amqp-consume')) return
  const broker = await startTestBroker(t)
  const channel = await openChannel(t, broker)
  const queue = uniqueName('consumed')
  await channel.assertQueue(queue)
  for (const body of ['a', 'b', 'c', 'd']) channel.sendToQueue(queue, Buffer.from(body))
  await untilReady(channel, queue, 4)
  const consumed = await tool(t, 'amqp-consume', ['-u', broker.url, '-q', queue, '-c', '3', '-p', '1', 'cat'])
  assert.equal(consumed.stdout, 'abc')
  await untilReady(channel, queue, 1)
  await channel.deleteQueue(queue)
})

test('amqp-consume binds an exclusive queue of its own to an exchange', async (t) => {
  if (!requireTool(t, 'amqp-consume')) return
  const broker = await startTestBroker(t)
  const channel = await openChannel(t, broker)
  const exchange = uniqueName('news')
  await channel.assertExchange(exchange, 'topic', { durable: false })
  const args = ['-u', broker.url, '-x', '-e', exchange, '-r', 'eu.#', '-c', '1', 'cat']
  let ended = false
  const consuming = tool(t, 'amqp-consume', args).finally(() => {
    ended = true
  })
  await until(() => {
    channel.publish(exchange, 'us.politics', Buffer.from('unwanted'))
    channel.publish(exchange, 'eu.sports', Buffer.from('wanted'))
    return ended
  }, 'the consumer has received a message and ended')
  assert.equal((await consuming).stdout, 'wanted')
  await channel.deleteExchange(exchange)
})

test('the amqp tools report a 404 as the broker words it', async (t) => {
  if (!requireTool(t, 'amqp-get')) return
  const { url } = await startTestBroker(t)
  const missing = uniqueName('missing')
  const got = await run(t, 'amqp-get', ['-u', url, '-q', missing])
  assert.notEqual(got.status, 0)
  assert.match(got.stderr, new RegExp(`404.*NOT_FOUND - no queue '${missing}' in vhost '/'`))
})

test('the amqp tools work again after a restart of the broker', async (t) => {
  if (!requireTool(t, 'amqp-publish')) return
  const broker = await spawnBroker(t)
  const queue = uniqueName('restarted')
  for (const body of ['before', 'after']) {
    await tool(t, 'amqp-declare-queue', ['-u', broker.url, '-q', queue, '-d'])
    await tool(t, 'amqp-publish', ['-u', broker.url, '-r', queue, '-p', '-b', body])
    assert.equal((await getOnceReady(t, broker.url, queue)).stdout, body)
    if (body === 'before') await broker.restart()
  }
  await tool(t, 'amqp-delete-queue', ['-u', broker.url, '-q', queue])
})

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a tool that must succeed. */
async function tool(t: TestContext, name: string, args: readonly string[], input = ''): Promise<Ended> {
  const ended = await run(t, name, args, input)
  assert.equal(ended.status, 0, `${name} ${args.join(' ')} said: ${ended.stderr}`)
  return ended
}

/** amqp-publish does not wait for a confirm, so its message may be a moment late. */
async function getOnceReady(t: TestContext, url: string, queue: string): Promise<Ended> {
  let got: Ended = { status: -1, stdout: '', stderr: '' }
  await until(async () => {
    got = await run(t, 'amqp-get', ['-u', url, '-q', queue])
    return got.status === 0
  }, `amqp-get finds a message in ${queue}`)
  return got
}

async function run(t: TestContext, name: string, args: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(name, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  cleanUp(t, () => {
    child.kill('SIGKILL')
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  // A tool that does not read its input may be gone before it was written.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const status = await within(
    new Promise<number | null>((resolve, reject) => {
      child.once('close', resolve)
      child.once('error', reject)
    }),
    `${name} to end`,
  )
  return { status, stdout, stderr }
}
