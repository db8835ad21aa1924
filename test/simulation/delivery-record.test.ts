import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionOutput, OutputHub } from '../../src/connection/output.js'
import { OutputBuffers } from '../../src/connection/output-buffers.js'
import type { PeerAddress, Transport } from '../../src/connection/transport.js'
import type { MessageView } from '../../src/core/message.js'
import { DEFAULT_QUEUE_SETTINGS } from '../../src/core/queue/settings.js'
import {
  type DeliveryFacts,
  type DeliverySink,
  type PeekedMessage,
  type QueueDefinition,
  Settlement,
} from '../../src/core/shard-port.js'
import { Arena } from '../../src/util/arena.js'
import { VirtualClock } from '../../src/util/virtual-clock.js'
import { DurableShard, makeFolders, queueOf, turning } from '../support/durable-shard.js'
import { randomFrom } from '../support/random.js'
import { messageOf, TestPublisher } from '../support/shard-fixture.js'
import { SimulatedDisk } from '../support/simulated-disk.js'

// LEVERET_SEED replays one seed; LEVERET_FUZZ_SECONDS makes the search longer than its default.

const ONE_SEED = process.env.LEVERET_SEED
const SECONDS = Number(process.env.LEVERET_FUZZ_SECONDS ?? 8)
const SEEDS_MIN = 200
const QUORUM = 1
const CLASSIC = 2
const QUEUES: readonly QueueDefinition[] = [
  queueOf(QUORUM, { type: 'quorum', deadLetterExchange: 'dead' }),
  queueOf(CLASSIC),
]
const PEER: PeerAddress = { host: '', port: 0, localHost: '', localPort: 0, kind: 'unix', tls: undefined }
const RETURNS = [Settlement.REQUEUE, Settlement.REQUEUE_FAILED, Settlement.RETURN] as const

/** What a peer knows of a message: the counts that its last delivery showed, and what was done with it since. */
interface Seen {
  readonly deliveryCount: number
  readonly acquiredCount: number
  /** Undefined while it is unacked. */
  outcome: Settlement | undefined
}

/** A peer that gets frames of one octet per number: queue, then the number of the delivery. */
class Peer implements Transport {
  readonly peer = PEER
  readonly unsentBytes = 0
  readonly arrived: number[] = []

  write(chunk: Buffer, sent: () => void): void {
    for (let at = 0; at < chunk.length; at += FRAME_BYTES) this.arrived.push(chunk.readUInt32BE(at + 7))
    setImmediate(sent)
  }
  pause(): void {}
  resume(): void {}
  end(): void {}
  destroy(): void {}
}
const FRAME_BYTES = 12

/** A shard, its peer, and lives that end with a kill or without power. */
class Life {
  readonly random: () => number
  readonly clock = new VirtualClock()
  disk: SimulatedDisk
  durable!: DurableShard
  output!: ConnectionOutput
  transport!: Peer
  lastMessage = 0
  /** Deliveries by number, of which the peer learns when their frame arrives. */
  deliveries: { readonly queueId: number; readonly position: number; readonly seen: Seen }[] = []
  readonly known = new Map<string, Seen>()
  unacked: { readonly queueId: number; readonly position: number; readonly seen: Seen }[] = []
  checked = 0

  constructor(seed: number) {
    this.random = randomFrom(seed)
    this.disk = new SimulatedDisk({ clock: this.clock, random: this.random })
  }

  async run(): Promise<number> {
    await turning(this.clock, makeFolders(this.disk))
    for (let life = 0; life < 3; life++) {
      await this.start()
      for (let step = 0; step < 40; step++) {
        this.step()
        this.durable.shard.flush()
        if (this.random() < 0.6) await this.clock.advance(this.random() * 2)
      }
      this.durable.abandon()
      const isPowerCut = this.random() < 0.6
      this.learn()
      this.disk = isPowerCut ? this.disk.crash() : this.disk.kill()
      await this.check(isPowerCut)
    }
    return this.checked
  }

  private async start(): Promise<void> {
    this.durable = await this.open(QUEUES)
    const hub = new OutputHub(new OutputBuffers(new Arena(1 << 20)))
    hub.follow(this.durable.shard.deliveryRecord)
    this.transport = new Peer()
    const owner = { outputDrained: () => {}, outputCongested: () => {} }
    this.output = new ConnectionOutput(hub, this.transport, owner)
    this.deliveries = []
    this.unacked = []
    this.known.clear()
  }

  private open(queues: readonly QueueDefinition[]): Promise<DurableShard> {
    const { disk, clock } = this
    return turning(
      clock,
      DurableShard.start({ disk, clock, queues, chunkBytes: 1024, segmentBytesMax: 2048, diskUseFactor: 1 }),
    )
  }

  private step(): void {
    const { shard } = this.durable
    const dice = this.random()
    if (dice < 0.4) {
      const properties = { deliveryMode: 2 as const }
      const message = messageOf(`${++this.lastMessage}`, { properties })
      shard.publish([QUORUM, CLASSIC], message, new TestPublisher(), this.lastMessage)
    } else if (dice < 0.7) {
      for (let i = 0; i < 3; i++) shard.get(this.random() < 0.7 ? QUORUM : CLASSIC, false, this.sink)
    } else if (this.unacked.length > 0) {
      const [{ queueId, position, seen }] = this.unacked.splice(this.below(this.unacked.length), 1) as [
        (typeof this.unacked)[number],
      ]
      const outcome = dice < 0.8 ? Settlement.ACK : RETURNS[this.below(RETURNS.length)]!
      seen.outcome = outcome
      shard.settle(queueId, position, 0, outcome)
    }
  }

  private readonly sink: DeliverySink = {
    subscribed: () => {},
    canTake: () => true,
    cancelled: () => {},
    deliver: (_id: number, _message: MessageView, facts: DeliveryFacts) => {
      const { queueId, position, deliveryCount, acquiredCount, recording } = facts
      const seen = { deliveryCount, acquiredCount, outcome: undefined }
      this.output.awaitRecord(recording)
      const start = this.output.beginFrame(1, 1)
      this.output.u32(this.deliveries.length)
      this.output.endFrame(start)
      this.deliveries.push({ queueId, position, seen })
      this.unacked.push({ queueId, position, seen })
    },
  }

  /** What has arrived by now is all that the peer ever learns. */
  private learn(): void {
    for (const number of this.transport.arrived) {
      const { queueId, position, seen } = this.deliveries[number]!
      this.known.set(`${queueId}/${position}`, seen)
    }
  }

  private async check(isPowerCut: boolean): Promise<void> {
    const unlimited = QUEUES.map((queue) => ({ ...queue, settings: DEFAULT_QUEUE_SETTINGS }))
    this.durable = await this.open(unlimited)
    for (const { id } of QUEUES) {
      for (const message of await turning(this.clock, this.durable.messages(id))) {
        const seen = this.known.get(`${id}/${message.position}`)
        if (seen === undefined || (id === CLASSIC && isPowerCut)) continue
        this.checked += 1
        assert.ok(message.redelivered, `${id}/${message.position} was delivered before`)
        if (id === QUORUM) checkCounts(message, seen, this.lastSeen(id, message.position))
      }
    }
    this.durable.abandon()
    this.disk = this.disk.kill()
  }

  /** The last delivery that was made, whether it reached the peer or not. */
  private lastSeen(queueId: number, position: number): Seen {
    return this.deliveries.findLast((each) => each.queueId === queueId && each.position === position)!.seen
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit)
  }
}

/** At least what the peer has seen come to, and no more than what was tried. */
function checkCounts(message: PeekedMessage, seen: Seen, last: Seen): void {
  const { deliveryCount, acquiredCount } = message
  const shown = `${deliveryCount}/${acquiredCount}, seen ${JSON.stringify(seen)}, last ${JSON.stringify(last)}`
  assert.ok(acquiredCount >= seen.acquiredCount + 1 && acquiredCount <= last.acquiredCount + 1, shown)
  const least = seen.deliveryCount + (seen.outcome === Settlement.REQUEUE ? 0 : 1)
  assert.ok(deliveryCount >= least && deliveryCount <= last.deliveryCount + 1, shown)
  if (seen === last && seen.outcome !== Settlement.REQUEUE) {
    assert.deepEqual([deliveryCount, acquiredCount], [seen.deliveryCount + 1, seen.acquiredCount + 1])
  }
}

test('what a peer has seen of a quorum queue counts after a power cut, of a classic queue after a kill', async (context) => {
  let seeds = 0
  let checked = 0
  const until = performance.now() + SECONDS * 1000
  const first = ONE_SEED === undefined ? Math.floor(Math.random() * 2 ** 30) : Number(ONE_SEED)
  for (let seed = first; seeds < SEEDS_MIN || performance.now() < until; seed++) {
    try {
      checked += await new Life(seed).run()
    } catch (cause) {
      throw new Error(`LEVERET_SEED=${seed} fails`, { cause })
    }
    seeds += 1
    if (ONE_SEED !== undefined) break
  }
  context.diagnostic(`${seeds} seeds from ${first}: ${checked} messages that a peer had seen`)
  if (ONE_SEED === undefined) assert.ok(checked > 0)
})
