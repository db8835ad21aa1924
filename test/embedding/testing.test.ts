import assert, { AssertionError } from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import {
  assertDepth,
  assertIdle,
  assertMessages,
  assertPublished,
  assertUnpublished,
  brokerFixture,
  brokerMatchers,
  perFile,
  perTest,
  type RunnerHooks,
  withBroker,
} from '../../src/testing/index.js'

const shared = perFile({ before, after, beforeEach }, { port: false })

test('one broker serves a file and begins anew with each test (first)', async () => {
  const channel = await (await shared().connect()).channel()
  await channel.declareQueue('q')
  assertDepth(shared().queue('q'), 0)
  assert.equal(shared().queue('q').exists, true)
})

test('one broker serves a file and begins anew with each test (second)', () => {
  assert.equal(shared().queue('q').exists, false)
})

test('assertions hold or tell what is there', async (t) => {
  const broker = await withBroker(t, { port: false })
  const channel = await (await broker.connect()).channel()
  await channel.declareQueue('orders')
  await broker.publish({ routingKey: 'orders', body: { id: 1 }, properties: { headers: { kind: 'new' } } })
  await broker.publish({ routingKey: 'orders', body: 'text' })
  assertPublished(broker, { routingKey: 'orders', body: { id: 1 }, headers: { kind: 'new' }, times: 1 })
  assertUnpublished(broker, { body: { id: 2 } })
  assertDepth(broker.queue('orders'), 2)
  await assertMessages(broker.queue('orders'), [{ id: 1 }, 'text'])
  const failure = (pattern: RegExp) => (error: unknown) =>
    error instanceof AssertionError && pattern.test(error.message)
  assert.throws(
    () => assertPublished(broker, { body: 'nothing' }),
    failure(/0 messages like .*Published:\n {2}'' 'orders'/s),
  )
  assert.throws(() => assertUnpublished(broker, { body: 'text' }), failure(/1 messages like/))
  assert.throws(() => assertDepth(broker.queue('orders'), 1), failure(/'orders' has 2 messages \(2 ready/))
  await assert.rejects(assertMessages(broker.queue('orders'), ['text']), failure(/holds/))
  await assert.rejects(assertIdle(broker, { timeoutMs: 10 }), failure(/orders has 2 ready/))
  await channel.purgeQueue('orders')
  await assertIdle(broker)
})

test('matchers say the same as assertions', async (t) => {
  const broker = await withBroker(t, { port: false })
  await broker.publish({ routingKey: 'nowhere', body: 'm' })
  const { toHavePublished, toHaveDepth, toHoldMessages, toBecomeIdle } = brokerMatchers
  assert.equal(toHavePublished(broker, { body: 'm' }).pass, true)
  assert.equal(toHavePublished(broker, { body: 'x' }).pass, false)
  assert.equal(toHaveDepth(broker.queue('q'), 0).pass, true)
  assert.equal((await toHoldMessages(broker.queue('q'), [])).pass, true)
  assert.equal((await toBecomeIdle(broker)).pass, true)
})

test('a broker for each test starts and stops with the hooks of the runner', async () => {
  const hooks: Record<string, () => Promise<void>> = {}
  const taken = (name: string) => (fn: () => Promise<void>) => {
    hooks[name] = fn
  }
  const runner: RunnerHooks = { beforeEach: taken('beforeEach'), afterEach: taken('afterEach') }
  const broker = perTest(runner, { port: false })
  assert.throws(broker, /runs while a test does/)
  await hooks.beforeEach!()
  const first = broker()
  await hooks.afterEach!()
  await hooks.beforeEach!()
  assert.notEqual(broker(), first)
  await hooks.afterEach!()
  assert.throws(() => perTest({}), /hook beforeEach .* is needed/)
})

test('the fixture hands a broker out and stops it', async () => {
  const [start, { scope }] = brokerFixture({ scope: 'file', port: false }).broker
  assert.equal(scope, 'file')
  let stopped: Promise<void> | undefined
  await start({}, async (broker) => {
    await (await broker.connect()).close()
    stopped = broker.stop()
  })
  await stopped
  assert.match(start.toString(), /\(\{\s*\}/, 'vitest reads which fixtures it needs from its text')
})
