import { Settlement } from '../../src/core/shard-port.js'
import { encodeBasicAck, encodeBasicConsume } from '../../src/protocol/amqp091/index.js'
import { ChannelFixture, NO_ARGUMENTS } from '../../test/support/channel-fixture.js'
import { PositionSink, QUEUE, ShardRig } from './shard-rig.js'
import type { Stage } from './stage.js'
import { CHANNEL } from './wire-bytes.js'

const COUNT = 10_000

/** What a shard does with a message: keep it, hand it out, forget it. Alone, and with the channel that asks for it. */
export function queueingStages(): Stage[] {
  return [enqueue(), deliver(), acknowledge(), deliverFrames(), acknowledgeFrames()]
}

function enqueue(): Stage {
  const rig = new ShardRig()
  return {
    name: 'enqueue, in memory',
    count: COUNT,
    run: () => rig.publish(COUNT),
    clear: () => {
      rig.shard.purgeQueue(QUEUE)
    },
    close: () => rig.close(),
  }
}

function deliver(): Stage {
  const rig = new ShardRig()
  const sink = new PositionSink(COUNT)
  return {
    name: 'deliver, without acknowledgement, to a sink',
    count: COUNT,
    prepare: () => {
      sink.count = 0
      rig.publish(COUNT)
    },
    run: () => {
      rig.subscribe(sink, true)
      rig.shard.flush()
      if (sink.count !== COUNT) throw new Error(`delivered ${sink.count} of ${COUNT}`)
    },
    clear: () => rig.unsubscribeAll(),
    close: () => rig.close(),
  }
}

function acknowledge(): Stage {
  const rig = new ShardRig()
  const sink = new PositionSink(COUNT)
  let subscription = 0
  return {
    name: 'acknowledge, at the shard',
    count: COUNT,
    prepare: () => {
      sink.count = 0
      rig.publish(COUNT)
      subscription = rig.subscribe(sink, false)
      rig.shard.flush()
    },
    run: () => {
      const { shard } = rig
      for (let i = 0; i < COUNT; i++) shard.settle(QUEUE, sink.positions[i], subscription, Settlement.ACK)
      shard.flush()
    },
    clear: () => rig.unsubscribeAll(),
    close: () => rig.close(),
  }
}

function deliverFrames(): Stage {
  const rig = new ShardRig()
  const fixture = channelOn(rig)
  return {
    name: 'deliver, as frames of a channel',
    count: COUNT,
    prepare: () => rig.publish(COUNT),
    run: () => {
      consumeAll(fixture, rig, true)
    },
    clear: () => {
      fixture.out.clear()
      rig.unsubscribeAll()
    },
    close: () => rig.close(),
  }
}

function acknowledgeFrames(): Stage {
  const rig = new ShardRig()
  const fixture = channelOn(rig)
  let acknowledged = 0
  return {
    name: 'acknowledge, every 100 with one frame of a channel',
    count: COUNT,
    prepare: () => {
      rig.publish(COUNT)
      consumeAll(fixture, rig, false)
      fixture.out.clear()
    },
    run: () => {
      for (let i = 0; i < COUNT; i += 100) {
        acknowledged += 100
        const tag = acknowledged
        fixture.send((writer) => encodeBasicAck(writer, CHANNEL, tag, true))
      }
      fixture.turn()
      rig.shard.flush()
    },
    clear: () => {
      if (rig.shard.countsOf(QUEUE).unacked > 0) throw new Error('some are not acknowledged')
      rig.unsubscribeAll()
    },
    close: () => rig.close(),
  }
}

/** The test support's channel on a real shard. */
function channelOn(rig: ShardRig): ChannelFixture {
  const fixture = new ChannelFixture()
  fixture.ports.splice(0, 1, rig.shard as never)
  return fixture
}

let consumers = 0

function consumeAll(fixture: ChannelFixture, rig: ShardRig, noAck: boolean): void {
  const tag = `c${++consumers}`
  fixture.send((writer) =>
    encodeBasicConsume(writer, CHANNEL, 'q', tag, false, noAck, false, false, NO_ARGUMENTS),
  )
  fixture.turn()
  rig.shard.flush()
  if (rig.shard.countsOf(QUEUE).ready > 0) throw new Error('some are not delivered')
}
