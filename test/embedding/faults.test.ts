import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Connection } from '../../src/client/index.js'
import type { EmbeddedBroker } from '../../src/embedding/embedded-broker.js'
import { amqplibAt, put, start } from './support.js'

const FAULTS = { faults: true, seed: 1 } as const

async function channelAt(broker: EmbeddedBroker): Promise<Awaited<ReturnType<Connection['channel']>>> {
  const channel = await (await broker.connect()).channel()
  await channel.confirmSelect()
  return channel
}

test('connections are dropped by name, without a word', async (t) => {
  const broker = await start(t)
  const first = await broker.connect({ connectionName: 'first' })
  const second = await broker.connect({ connectionName: 'second' })
  const closed = once(first, 'closed')
  assert.equal(broker.faults.dropConnection({ name: 'first' }), 1)
  const [reason] = await closed
  assert.equal(reason.code, 0)
  assert.equal(second.closed, false)
  await second.close()
})

test('channels and connections are closed with a code', async (t) => {
  const broker = await start(t)
  const { connection, channel } = await amqplibAt(broker)
  const other = await connection.createChannel()
  const channelError = once(channel, 'error')
  assert.equal(broker.faults.closeChannel(406, 'on demand', { channel: 1 }), 1)
  assert.equal((await channelError)[0].code, 406)
  await other.assertQueue('q')
  const closed = new Promise<Error>((resolve) => connection.once('close', resolve))
  assert.equal(broker.faults.closeConnection(320, 'maintenance'), 1)
  assert.match((await closed).message, /CONNECTION_FORCED - maintenance/)
  assert.throws(() => broker.faults.closeChannel(200), /none of AMQP's reply codes/)
})

test('confirms are refused, so often as asked, and nothing is stored', async (t) => {
  const broker = await start(t, FAULTS)
  const channel = await channelAt(broker)
  await channel.declareQueue('q')
  broker.faults.refuseConfirms({ times: 2, routingKey: 'q' })
  await assert.rejects(channel.publishConfirmed('', 'q', '1'), /refused/)
  await channel.publishConfirmed('', 'elsewhere', 'x')
  await assert.rejects(channel.publishConfirmed('', 'q', '2'), /refused/)
  await channel.publishConfirmed('', 'q', '3')
  assert.deepEqual(
    (await broker.queue('q').messages()).map(({ text }) => text),
    ['3'],
  )
})

test('a lost confirm never comes, and the message is stored', async (t) => {
  const broker = await start(t, FAULTS)
  const channel = await channelAt(broker)
  await channel.declareQueue('q')
  broker.faults.loseConfirms({ times: 1 })
  let outcome = 'none'
  channel.publishConfirmed('', 'q', '1').then(
    () => {
      outcome = 'confirmed'
    },
    () => {
      outcome = 'closed'
    },
  )
  await channel.publishConfirmed('', 'q', '2')
  await broker.settled()
  assert.equal(outcome, 'none')
  assert.equal(broker.queue('q').depth, 2)
  broker.faults.dropConnection()
  await broker.waitFor(() => outcome !== 'none')
  assert.equal(outcome, 'closed')
})

test('a message is delivered twice: after its ack, or at once where there is none', async (t) => {
  const broker = await start(t, FAULTS)
  const { channel } = await amqplibAt(broker)
  const seen: string[] = []
  for (const noAck of [false, true]) {
    const queue = `q-${noAck}`
    await channel.assertQueue(queue)
    broker.faults.deliverTwice({ queue, times: 1 })
    await channel.consume(
      queue,
      (message) => {
        seen.push(`${queue} ${message!.content} ${message!.fields.redelivered}`)
        if (!noAck) channel.ack(message!)
      },
      { noAck },
    )
    await put(channel, queue, 'm')
    await broker.idle()
    await broker.settled()
  }
  assert.deepEqual(seen, ['q-false m false', 'q-false m true', 'q-true m false', 'q-true m true'])
})

test('frames are held back on the clock that is turned', async (t) => {
  const broker = await start(t, { ...FAULTS, clock: 'virtual' })
  const { channel } = await amqplibAt(broker)
  await channel.assertQueue('q')
  const arrived: string[] = []
  await channel.consume('q', (message) => arrived.push(message!.content.toString()), { noAck: true })
  const end = broker.faults.delayFrames('200ms')
  channel.sendToQueue('q', Buffer.from('slow'))
  await broker.settled()
  assert.deepEqual(arrived, [])
  await broker.clock.advance('199ms')
  assert.deepEqual(arrived, [])
  await broker.clock.advance('2ms')
  assert.deepEqual(arrived, ['slow'])
  end()
  channel.sendToQueue('q', Buffer.from('fast'))
  await broker.settled()
  assert.deepEqual(arrived, ['slow', 'fast'])
})

test('frames of several channels change places, by the seed; within a channel they do not', async (t) => {
  const orders = new Set<string>()
  for (let run = 0; run < 3; run++) {
    const broker = await start(t, FAULTS)
    const connection = await broker.connect()
    const seen: string[] = []
    for (const queue of ['a', 'b', 'c']) {
      const channel = await connection.channel()
      await channel.declareQueue(queue)
      await channel.consume(queue, ({ body }) => seen.push(queue + body.toString()), { noAck: true })
    }
    broker.faults.reorderFrames()
    const channel = await connection.channel()
    for (let i = 0; i < 10; i++) for (const queue of ['a', 'b', 'c']) channel.publish('', queue, String(i))
    await broker.waitFor(() => seen.length === 30)
    for (const queue of ['a', 'b', 'c']) {
      const ofQueue = seen.filter((each) => each.startsWith(queue))
      assert.deepEqual(
        ofQueue,
        Array.from({ length: 10 }, (_, i) => `${queue}${i}`),
      )
    }
    orders.add(seen.join(' '))
  }
  assert.equal(orders.size, 1)
  assert.doesNotMatch([...orders][0]!, /^a0 b0 c0 a1 b1 c1 a2/)
})

test('an alarm blocks publishers until it is cleared', async (t) => {
  const broker = await start(t)
  const connection = await broker.connect()
  const channel = await connection.channel()
  await channel.declareQueue('q')
  const blocked = once(connection, 'blocked')
  const clear = broker.faults.raiseAlarm('memory')
  channel.publish('', 'q', 'm')
  assert.deepEqual(await blocked, ['low on memory'])
  const unblocked = once(connection, 'unblocked')
  clear()
  await unblocked
  await connection.close()
})

test('a full disk sets the alarm and takes no writes; with room again everything is confirmed', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leveret-full-'))
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const broker = await start(t, { ...FAULTS, dataDir })
  const channel = await channelAt(broker)
  await channel.declareQueue('q')
  await channel.publishConfirmed('', 'q', 'first', { deliveryMode: 2 })
  const end = broker.faults.fillDisk()
  let isConfirmed = false
  const confirmed = channel.publishConfirmed('', 'q', 'second', { deliveryMode: 2 }).then(() => {
    isConfirmed = true
  })
  await broker.settled()
  assert.equal(isConfirmed, false)
  assert.equal(broker.node.alarms.reason, 'low on disk')
  end()
  await confirmed
})

test('clear ends all faults, and those that need preparation say so', async (t) => {
  const broker = await start(t, { ...FAULTS, port: false })
  const channel = await channelAt(broker)
  await channel.declareQueue('q')
  broker.faults.refuseConfirms()
  broker.faults.raiseAlarm('disk')
  broker.faults.clear()
  assert.equal(broker.node.alarms.reason, undefined)
  await channel.publishConfirmed('', 'q', 'm')
  const plain = await start(t, { port: false })
  for (const fault of [
    'refuseConfirms',
    'loseConfirms',
    'deliverTwice',
    'reorderFrames',
    'fillDisk',
  ] as const) {
    assert.throws(() => plain.faults[fault](), /faults: true/, fault)
  }
})

test('with a data directory, too, only the confirm that was to be lost is', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leveret-faults-'))
  const broker = await start(t, { ...FAULTS, dataDir })
  t.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const channel = await channelAt(broker)
  await channel.declareQueue('q', { durable: true })
  await channel.declareQueue('lost', { durable: true })
  broker.faults.loseConfirms({ routingKey: 'lost' })
  const confirmed: string[] = []
  const publish = (queue: string, body: string): Promise<void> =>
    channel.publishConfirmed('', queue, body, { deliveryMode: 2 }).then(
      () => void confirmed.push(body),
      () => {},
    )
  const before = publish('q', '1')
  const lost = [publish('lost', '2'), publish('lost', '3')]
  await Promise.all([before, publish('q', '4')])
  await publish('q', '5')
  assert.deepEqual(confirmed, ['1', '4', '5'])
  assert.deepEqual([broker.queue('lost').depth, broker.queue('q').depth], [2, 3])
  broker.faults.dropConnection()
  await Promise.all(lost)
  assert.deepEqual(confirmed, ['1', '4', '5'])
})
