import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amqplibAt, put, start } from './support.js'

const DAY_MS = 24 * 60 * 60 * 1000

test('thirty days pass in less than 100 ms, and everything falls due in order', async (t) => {
  const broker = await start(t, { clock: 'virtual' })
  const { channel } = await amqplibAt(broker)
  await channel.assertQueue('out')
  const startedAt = broker.clock.now()
  const seen: [string, number][] = []
  await channel.consume('out', (message) => {
    if (message === null) return
    seen.push([message.content.toString(), broker.clock.now() - startedAt])
    channel.ack(message)
  })
  const days = [29, 3, 17, 1, 11, 23, 7, 2, 13, 19]
  for (const day of days) {
    const queue = `wait-${day}`
    await channel.assertQueue(queue, {
      messageTtl: day * DAY_MS,
      deadLetterExchange: '',
      deadLetterRoutingKey: 'out',
    })
    await put(channel, queue, `day ${day}`)
  }
  await channel.assertQueue('unused', { expires: 5 * DAY_MS })
  await broker.clock.advance('4 days')
  assert.equal(broker.queue('unused').exists, true)
  const before = performance.now()
  await broker.clock.advance('26 days')
  const tookMs = performance.now() - before
  assert.deepEqual(
    seen,
    days.sort((a, b) => a - b).map((day) => [`day ${day}`, day * DAY_MS]),
  )
  assert.equal(broker.queue('unused').exists, false)
  assert.equal(broker.clock.now() - startedAt, 30 * DAY_MS)
  t.diagnostic(`${tookMs.toFixed(1)} ms`)
  assert.ok(tookMs < 100, `${tookMs} ms`)
})

test('what a client does upon a delivery counts before the next moment', async (t) => {
  const broker = await start(t, { clock: 'virtual' })
  const { channel } = await amqplibAt(broker)
  await channel.assertQueue('work')
  await channel.assertQueue('later', {
    messageTtl: 60_000,
    deadLetterExchange: '',
    deadLetterRoutingKey: 'work',
  })
  const at: number[] = []
  const startedAt = broker.clock.now()
  await channel.consume('work', (message) => {
    if (message === null) return
    at.push((broker.clock.now() - startedAt) / 60_000)
    if (at.length < 10) channel.sendToQueue('later', message.content)
    channel.ack(message)
  })
  await put(channel, 'work', 'again and again')
  await broker.clock.advance('1 hour')
  assert.deepEqual(at, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('connections outlive a jump of thirty days, unless their heartbeats turn with the clock', async (t) => {
  const staying = await start(t, { clock: 'virtual' })
  const { channel } = await amqplibAt(staying)
  await staying.clock.advance('30 days')
  await channel.assertQueue('q')
  const leaving = await start(t, { clock: 'virtual', heartbeats: 'virtual' })
  const { connection } = await amqplibAt(leaving)
  const closed = new Promise((resolve) => connection.once('close', resolve))
  await leaving.clock.advance('10 minutes')
  await closed
})

test('an acknowledgement timeout cancels the consumer after the time it was told', async (t) => {
  const broker = await start(t, { clock: 'virtual', consumerTimeoutMs: 3_600_000 })
  const { channel } = await amqplibAt(broker)
  await channel.assertQueue('q', { arguments: { 'x-queue-type': 'quorum' } })
  await put(channel, 'q', 'never acknowledged')
  let isCancelled = false
  await channel.consume('q', (message) => {
    if (message === null) isCancelled = true
  })
  await broker.waitFor(() => broker.queue('q').unacked === 1)
  await broker.clock.advance('59m')
  assert.deepEqual([broker.queue('q').consumers, isCancelled], [1, false])
  await broker.clock.advance('2m')
  assert.deepEqual([broker.queue('q').consumers, isCancelled], [0, true])
})

test('a real clock does not turn', async (t) => {
  const broker = await start(t, { port: false })
  await assert.rejects(broker.clock.advance(1), /only a virtual clock turns/)
  assert.equal(broker.clock.isVirtual, false)
})

test('ten thousand moments of their own pass one by one', async (t) => {
  const broker = await start(t, { clock: 'virtual', port: false })
  const connection = await broker.connect()
  const channel = await connection.channel()
  await channel.declareQueue('out')
  await channel.declareQueue('in', {
    arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'out' },
  })
  for (let i = 0; i < 10_000; i++) channel.publish('', 'in', String(i), { expiration: String(1000 + i * 7) })
  await broker.waitFor(() => broker.queue('in').depth === 10_000)
  const before = performance.now()
  await broker.clock.advance('30 days')
  t.diagnostic(`${(performance.now() - before).toFixed(0)} ms`)
  const bodies = (await broker.queue('out').messages()).map(({ text }) => Number(text))
  assert.deepEqual(
    bodies,
    Array.from({ length: 10_000 }, (_, i) => i),
  )
  await connection.close()
})

test('the same seed gives the same deliveries', async (t) => {
  const rounds = Number(process.env.LEVERET_TEST_ROUNDS ?? 50)
  const broker = await start(t, { clock: 'virtual', seed: 42, faults: true, port: false })
  const run = async (): Promise<string> => {
    const connection = await broker.connect()
    const channel = await connection.channel()
    const seen: string[] = []
    await channel.declareExchange('spread', 'x-random')
    for (const queue of ['a', 'b', 'c']) {
      await channel.declareQueue(queue, {})
      await channel.bindQueue(queue, 'spread')
      await channel.consume(queue, (delivery) => {
        seen.push(queue + delivery.body.toString())
        channel.ack(delivery)
      })
    }
    broker.faults.deliverTwice({ probability: 0.3 })
    for (let i = 0; i < 20; i++) channel.publish('spread', '', String(i))
    await broker.settled()
    await broker.idle()
    await connection.close()
    broker.reset()
    return seen.join(' ')
  }
  const first = await run()
  assert.ok(first.split(' ').length > 20, `some come twice: ${first}`)
  for (let round = 1; round < rounds; round++) assert.equal(await run(), first)
})
