import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageOf, ShardFixture } from '../../../test/support/shard-fixture.js'
import { MemoryLog } from '../../storage/memory-log.js'
import { Arena } from '../../util/arena.js'
import { Timers } from '../../util/timers.js'
import type { ShardQueue } from '../queue/shard-queue.js'
import { LeavingQueues } from './leaving-queues.js'
import { LocalShard } from './local-shard.js'

/** A queue of so many messages, each of which takes some time to give up. */
function queueOf(id: number, messages: number, eachMs = 0) {
  const left = { messages }
  const queue = {
    definition: { id },
    *giveUp(): Generator<void> {
      for (; left.messages > 0; left.messages--) {
        for (const end = performance.now() + eachMs; performance.now() < end; );
        yield
      }
    },
  }
  return { left, queue: queue as unknown as ShardQueue }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a queue of a few thousand messages gives them up while it is deleted', () => {
  const leaving = new LeavingQueues()
  const { left, queue } = queueOf(1, 4000)
  leaving.add(queue)
  assert.deepEqual([left.messages, leaving.get(1)], [0, undefined])
})

test('a queue of very many messages gives them up in turns of the loop, and is there for its log until then', async () => {
  const leaving = new LeavingQueues()
  const first = queueOf(1, 9000, 0.005)
  const second = queueOf(2, 5000)
  leaving.add(first.queue)
  leaving.add(second.queue)
  assert.deepEqual([leaving.get(1), leaving.get(2), leaving.get(3)], [first.queue, second.queue, undefined])
  assert.deepEqual([...leaving], [first.queue, second.queue])
  let turns = 0
  for (let before = first.left.messages; before > 0; turns++) {
    await turn()
    assert.ok(before - first.left.messages <= 1024, 'a turn is short')
    before = first.left.messages
  }
  assert.ok(turns >= 4, `${turns} turns`)
  while (leaving.get(2) !== undefined) await turn()
  assert.deepEqual([first.left.messages, second.left.messages], [0, 0])
  assert.deepEqual([...leaving], [])
})

test('nothing is given up once the log closes', async () => {
  const leaving = new LeavingQueues()
  const { left, queue } = queueOf(1, 100_000)
  leaving.add(queue)
  leaving.close()
  const { messages } = left
  for (let i = 0; i < 10; i++) await turn()
  assert.deepEqual([left.messages, leaving.get(1)], [messages, undefined])
})

test('a queue that is leaving answers its log, and gives up what has moved or is lost as any other', async () => {
  const log = new MemoryLog(new Arena(8 << 20))
  let shard!: LocalShard
  const fixture = new ShardFixture((clock, host) => {
    shard = new LocalShard(log, new Timers(clock), host)
    return { port: shard, residentBytes: () => log.residentBytes, close: () => shard.close() }
  })
  const [keeping, deleted] = [fixture.queue(), fixture.queue()]
  const count = 20_000
  for (let i = 0; i < count; i++) fixture.publish([keeping, deleted], `${i}`)
  assert.equal(fixture.delete(deleted), count)

  const lastPosition = (count - 1) * 256
  const positions = [lastPosition, lastPosition - 256, lastPosition - 512]
  const [moved, lost, other] = positions.map((position) => shard.refOf(deleted, position)!)
  assert.deepEqual([shard.refOf(deleted, 0), shard.holds(deleted, lastPosition, moved!)], [undefined, true])
  assert.equal(shard.historyOf(deleted, lastPosition).redelivered, false)
  // As a log does it that puts live messages together.
  const ref = log.append(messageOf('moved'), 1, false, 0)
  shard.moved(deleted, lastPosition, ref)
  log.release(moved!)
  assert.deepEqual(
    [shard.holds(deleted, lastPosition, moved!), shard.refOf(deleted, lastPosition)],
    [false, ref],
  )
  // In one place: nobody misses what was deleted.
  assert.equal(
    shard.lost((each) => each === lost),
    1,
  )
  assert.equal(shard.refOf(deleted, positions[1]!), undefined)

  while (shard.holds(deleted, positions[2]!, other!)) await turn()
  const expected = Array.from({ length: count }, (_, i) => `${i}`).filter((each) => each !== `${count - 2}`)
  assert.deepEqual(fixture.drain(keeping), expected)
  assert.ok(log.residentBytes <= 1 << 20, `${log.residentBytes} octets are left`)
  fixture.close()
})
