import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  DurableShard,
  LOG_FOLDER,
  makeFolders,
  queueOf,
  turning,
} from '../../../test/support/durable-shard.js'
import { randomFrom } from '../../../test/support/random.js'
import { messageOf, TestPublisher, TestSink } from '../../../test/support/shard-fixture.js'
import { SimulatedDisk } from '../../../test/support/simulated-disk.js'
import { Settlement } from '../../core/shard-port.js'
import { VirtualClock } from '../../util/virtual-clock.js'
import { type LoggedMessage, messagesOfLog, toJsonLine, verifyLog } from './verify.js'

const clock = new VirtualClock()

async function filledDisk(): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk({ clock, random: randomFrom(9) })
  await makeFolders(disk)
  const queues = [queueOf(1), queueOf(2, { type: 'quorum' })]
  const durable = await DurableShard.start({ disk, clock, queues, chunkBytes: 4096, segmentBytesMax: 8192 })
  for (let i = 0; i < 60; i++) {
    const properties = { deliveryMode: 2 as const, messageId: `${i}` }
    const message = messageOf(`body ${i} ${'x'.repeat(300)}`, { properties, routingKey: `key ${i}` })
    durable.shard.publish(i % 2 === 0 ? [1, 2] : [2], message, new TestPublisher(), i + 1)
    if (i % 7 === 0) await durable.synced()
  }
  const sink = new TestSink()
  for (let i = 0; i < 6; i++) durable.shard.get(2, false, sink)
  for (const [i, { position }] of sink.deliveries.entries()) {
    durable.shard.settle(2, position, 0, i < 3 ? Settlement.ACK : Settlement.REQUEUE_FAILED)
  }
  await durable.stop()
  return disk
}

async function all(disk: SimulatedDisk): Promise<LoggedMessage[]> {
  const messages: LoggedMessage[] = []
  for await (const message of messagesOfLog(disk, LOG_FOLDER)) messages.push(message)
  return messages
}

test('a log is counted and its messages are shown, and nothing of it is changed', async () => {
  const disk = await turning(clock, filledDisk())
  const names = await turning(clock, disk.list(LOG_FOLDER))
  const before = names.map((name) => disk.contentOf(join(LOG_FOLDER, name)))
  disk.readOnlyFolders.add(LOG_FOLDER)

  const report = await turning(clock, verifyLog(disk, LOG_FOLDER))
  assert.deepEqual(report.damage, [])
  assert.equal(report.queues.get(1)?.messages, 30)
  assert.equal(report.queues.get(2)?.messages, 57)
  assert.equal(report.queues.get(2)?.redelivered, 3)
  assert.ok(report.liveBytes > 0 && report.liveBytes <= report.fileBytes)

  const messages = await turning(clock, all(disk))
  assert.equal(messages.length, 87)
  const counted = messages.filter(({ queueId, deliveryCount }) => queueId === 2 && deliveryCount === 1)
  assert.deepEqual(
    counted.map(({ routingKey, redelivered }) => [routingKey, redelivered]),
    [3, 4, 5].map((i) => [`key ${i}`, true]),
  )
  const line = JSON.parse(toJsonLine(messages[0]!)) as { body: string; queueId: number }
  assert.equal(Buffer.from(line.body, 'base64').toString('latin1', 0, 6), 'body 0')

  assert.deepEqual(await turning(clock, disk.list(LOG_FOLDER)), names)
  assert.deepEqual(
    names.map((name) => disk.contentOf(join(LOG_FOLDER, name))),
    before,
  )
})

test('damage is reported where it is, and what is around it is shown', async () => {
  const disk = await turning(clock, filledDisk())
  const [name] = await turning(clock, disk.list(LOG_FOLDER))
  const path = join(LOG_FOLDER, name!)
  const octets = disk.contentOf(path)
  const at = octets.indexOf('body 3 ')
  octets[at]! ^= 4
  disk.setContent(path, octets)
  const { damage } = await turning(clock, verifyLog(disk, LOG_FOLDER))
  assert.equal(damage.length, 1)
  assert.equal(damage[0]!.isTornTail, false)
  assert.ok(damage[0]!.position <= at && at < damage[0]!.position + damage[0]!.lengthBytes)
  const messages = await turning(clock, all(disk))
  assert.ok(messages.length > 60 && messages.length < 87)
})
