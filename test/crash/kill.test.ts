import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { type ConfirmChannel, connect } from 'amqplib'
import { type SpawnedBroker, spawnBroker } from '../support/broker.js'
import { cleanUp } from '../support/cleanup.js'
import { testSeed } from '../support/codec-samples.js'
import { randomBytesOf, randomFrom } from '../support/random.js'
import { until, within } from '../support/wait.js'

/** Thousands on demand: `LEVERET_CRASH_ROUNDS=2000 npm test -- crash`. */
const ROUNDS = Number(process.env.LEVERET_CRASH_ROUNDS ?? 50)
/** The end of a process loses nothing in the weaker modes either: what was written stays with the operating system. */
const MODES = [
  { sync: 'always', rounds: ROUNDS },
  { sync: 'interval:200', rounds: Math.ceil(ROUNDS / 5) },
  { sync: 'os', rounds: Math.ceil(ROUNDS / 5) },
] as const
const QUEUES = [
  { name: 'crash.classic', type: 'classic' },
  { name: 'crash.quorum', type: 'quorum' },
] as const
const EXCHANGE = 'crash.all'
const UNCONFIRMED_MAX = 200
const PREFETCH = 50

for (const { sync, rounds } of MODES) {
  test(`nothing confirmed is lost over ${rounds} rounds of kill -9 under load with sync = ${sync}`, {
    timeout: 60_000 + rounds * 10_000,
  }, async (t) => {
    const seed = testSeed()
    t.diagnostic(`LEVERET_SEED=${seed}, rounds: ${rounds}`)
    const random = randomFrom(seed)
    const folder = await mkdtemp(join(tmpdir(), 'leveret-crash-'))
    cleanUp(t, () => rm(folder, { recursive: true, force: true }))
    const config = join(folder, 'leveret.conf')
    await writeFile(config, `sync = ${sync}\n`)
    const data = join(folder, 'data')
    const broker = await spawnBroker(t, ['--config', config, '--data-dir', data, '--log-level', 'error'])
    const record = new Record()
    for (let round = 0; round < rounds; round++) {
      await loadUntilKilled(broker, record, round, random)
      await broker.restart()
    }
    await drain(broker, record)
    record.check()
    t.diagnostic(
      `${record.confirmed.size} confirmed, ${record.published} published, ${record.repeated} delivered again`,
    )
  })
}

/** What happened to each message, by its number. */
class Record {
  published = 0
  repeated = 0
  readonly confirmed = new Set<number>()
  /** By queue: what was delivered. */
  readonly delivered = new Map<string, Set<number>>(QUEUES.map(({ name }) => [name, new Set()]))
  /** By queue: the highest number delivered for the first time. */
  readonly newest = new Map<string, number>()

  took(queue: string, number: number, redelivered: boolean): void {
    const seen = this.delivered.get(queue)!
    if (seen.has(number)) {
      // What was unacked, or acked in the last moments, comes again, and says so.
      this.repeated += 1
      assert.ok(redelivered, `${queue}: ${number} was delivered twice without being marked as redelivered`)
      return
    }
    seen.add(number)
    if (redelivered) return
    const newest = this.newest.get(queue) ?? -1
    assert.ok(number > newest, `${queue}: ${number} came after ${newest}`)
    this.newest.set(queue, number)
  }

  check(): void {
    assert.ok(this.confirmed.size > 0)
    for (const { name } of QUEUES) {
      const seen = this.delivered.get(name)!
      const lost = [...this.confirmed].filter((number) => !seen.has(number))
      assert.deepEqual(lost, [], `${name}: confirmed and lost`)
    }
  }
}

/** Publishes and consumes until a moment that chance has chosen, then kills the broker. */
async function loadUntilKilled(
  broker: SpawnedBroker,
  record: Record,
  round: number,
  random: () => number,
): Promise<void> {
  const channel = await openChannel(broker, round === 0)
  const killAfter = 1 + Math.floor(random() * 400)
  const goal = record.confirmed.size + killAfter
  let stopped = false
  const publishing = publishUntil(channel, record, random, () => stopped)
  if (random() < 0.8) await consume(channel, record, random)
  await until(async () => record.confirmed.size >= goal, `${killAfter} confirms in round ${round}`, 20_000)
  await broker.kill()
  stopped = true
  await within(publishing, 'the publisher notices')
}

async function publishUntil(
  channel: ConfirmChannel,
  record: Record,
  random: () => number,
  isStopped: () => boolean,
): Promise<void> {
  let unconfirmed = 0
  while (!isStopped()) {
    while (unconfirmed < UNCONFIRMED_MAX && !isStopped()) {
      const number = record.published++
      unconfirmed += 1
      try {
        channel.publish(EXCHANGE, '', bodyOf(number, random), { persistent: true }, (error: unknown) => {
          unconfirmed -= 1
          if (error === null) record.confirmed.add(number)
        })
      } catch {
        return
      }
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function consume(channel: ConfirmChannel, record: Record, random: () => number): Promise<void> {
  await channel.prefetch(PREFETCH)
  for (const { name } of QUEUES) {
    await channel.consume(name, (message) => {
      if (message === null) return
      record.took(name, numberOf(message.content), message.fields.redelivered)
      // Some are left unacked for the crash.
      if (random() < 0.9) ignoringClosed(() => channel.ack(message))
    })
  }
}

/** Takes everything that is left. */
async function drain(broker: SpawnedBroker, record: Record): Promise<void> {
  const channel = await openChannel(broker, false)
  for (const { name } of QUEUES) {
    for (let message = await channel.get(name, { noAck: true }); message !== false; ) {
      record.took(name, numberOf(message.content), message.fields.redelivered)
      message = await channel.get(name, { noAck: true })
    }
  }
}

async function openChannel(broker: SpawnedBroker, declare: boolean): Promise<ConfirmChannel> {
  const connection = await connect(broker.url)
  connection.on('error', () => {})
  const channel = await connection.createConfirmChannel()
  channel.on('error', () => {})
  if (!declare) return channel
  await channel.assertExchange(EXCHANGE, 'fanout', { durable: true })
  for (const { name, type } of QUEUES) {
    // Being killed counts as a failed delivery: without a limit no message is given up for it.
    const limits = type === 'quorum' ? { 'x-delivery-limit': -1 } : {}
    await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': type, ...limits } })
    await channel.bindQueue(name, EXCHANGE, '')
  }
  return channel
}

/** The number, and as many octets as chance wants, which depend on the number so that an altered body is seen. */
function bodyOf(number: number, random: () => number): Buffer {
  const size = random() < 0.05 ? Math.floor(random() * 200_000) : Math.floor(random() * 300)
  const body = Buffer.alloc(8 + size)
  body.writeUInt32BE(number, 0)
  body.writeUInt32BE(size, 4)
  randomBytesOf(number, size).copy(body, 8)
  return body
}

function numberOf(body: Buffer): number {
  const number = body.readUInt32BE(0)
  const size = body.readUInt32BE(4)
  assert.equal(body.length, 8 + size, `message ${number} has its length`)
  assert.ok(body.subarray(8).equals(randomBytesOf(number, size)), `message ${number} has its octets`)
  return number
}

function ignoringClosed(action: () => void): void {
  try {
    action()
  } catch {
    // The broker was killed under the channel: what this ack was for comes again.
  }
}
