import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DurableShard, makeFolders, queueOf, turning } from '../../../test/support/durable-shard.js'
import { randomFrom } from '../../../test/support/random.js'
import { messageOf, TestPublisher, TestSink } from '../../../test/support/shard-fixture.js'
import { SimulatedDisk } from '../../../test/support/simulated-disk.js'
import { VirtualClock } from '../../util/virtual-clock.js'

test('outputs whose turn ends are asked before the flush, and send before the sync of their write begins', async () => {
  const clock = new VirtualClock()
  const disk = new SimulatedDisk({ clock, random: randomFrom(1) })
  await turning(clock, makeFolders(disk))
  const durable = await turning(clock, DurableShard.start({ disk, clock, queues: [queueOf(1)] }))
  const { shard, log } = durable
  const message = messageOf('x', { properties: { deliveryMode: 2 } })
  const publisher = new TestPublisher()
  shard.publish([1], message, publisher, 1)
  await turning(clock, durable.synced())
  // The file is open from here on, so that writes take no calls that are answered later.
  shard.publish([1], message, publisher, 2)
  shard.get(1, false, new TestSink())
  const ticket = log.deliveryTicket
  const seen = await new Promise((resolve) => {
    setImmediate(() => {
      const calls = disk.callCount
      const wasWritten = log.writtenTicket >= ticket
      log.writeDeliveries()
      const isWritten = log.writtenTicket >= ticket
      const callsOfWrite = disk.callCount - calls
      queueMicrotask(() =>
        resolve({ wasWritten, isWritten, callsOfWrite, callsAfter: disk.callCount - calls }),
      )
    })
  })
  assert.deepEqual(seen, { wasWritten: false, isWritten: true, callsOfWrite: 0, callsAfter: 1 })
  await turning(clock, durable.stop())
})
