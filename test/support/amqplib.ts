import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import {
  connect as amqplibConnect,
  type Channel,
  type ChannelModel,
  type ConfirmChannel,
  type GetMessage,
  type Options,
} from 'amqplib'
import type { TestBroker } from './broker.js'
import { cleanUp } from './cleanup.js'
import { until } from './wait.js'

/** What was wrong with a channel or a connection, as amqplib tells it. */
export interface CloseError extends Error {
  readonly code: number
}

/** Opens an amqplib connection that closes after the test. `query` adds to the URL, for example `frameMax=8192`. */
export async function connect(t: TestContext, broker: { url: string }, query = ''): Promise<ChannelModel> {
  const connection = await amqplibConnect(query === '' ? broker.url : `${broker.url}/?${query}`)
  // Errors are looked at where a test expects them; without a listener they would end the process.
  connection.on('error', () => {})
  cleanUp(t, () => closeQuietly(connection))
  return connection
}

/** A channel of a connection of its own. */
export async function openChannel(t: TestContext, broker: TestBroker): Promise<Channel> {
  return channelOf(await connect(t, broker))
}

/** A confirm channel of a connection of its own. */
export async function openConfirmChannel(t: TestContext, broker: TestBroker): Promise<ConfirmChannel> {
  const connection = await connect(t, broker)
  const channel = await connection.createConfirmChannel()
  channel.on('error', () => {})
  return channel
}

/** A channel whose errors do not end the process. */
export async function channelOf(connection: ChannelModel): Promise<Channel> {
  const channel = await connection.createChannel()
  channel.on('error', () => {})
  return channel
}

/** Closes a connection, or does nothing when that has happened. */
export async function closeQuietly(connection: ChannelModel): Promise<void> {
  try {
    await connection.close()
  } catch {
    // Closed already, by the test or by the broker: that is all that is wanted.
  }
}

/** Waits for the channel's close by the broker. Call it before the deed. */
export function closeOf(channel: Channel): Promise<CloseError> {
  return new Promise((resolve) => channel.once('error', (error) => resolve(error as CloseError)))
}

/** Publishes to a queue through the default exchange and waits for the confirm. */
export function put(
  channel: ConfirmChannel,
  queue: string,
  body: string | Buffer,
  options: Options.Publish = {},
): Promise<void> {
  return publish(channel, '', queue, body, options)
}

/** Publishes and waits for the confirm; rejects on a nack. */
export function publish(
  channel: ConfirmChannel,
  exchange: string,
  routingKey: string,
  body: string | Buffer,
  options: Options.Publish = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish(exchange, routingKey, Buffer.from(body), options, (error) =>
      error === null || error === undefined ? resolve() : reject(error),
    )
  })
}

/** Publishes several bodies in order and waits for all confirms. */
export async function putAll(
  channel: ConfirmChannel,
  queue: string,
  bodies: Iterable<string>,
  options: Options.Publish = {},
): Promise<void> {
  await Promise.all([...bodies].map((body) => put(channel, queue, body, options)))
}

/** Waits for a message and takes it. */
export async function take(channel: Channel, queue: string, options: Options.Get = {}): Promise<GetMessage> {
  let taken: GetMessage | false = false
  await until(async () => {
    taken = await channel.get(queue, options)
    return taken !== false
  }, `there is a message in ${queue}`)
  assert(taken !== false)
  return taken
}

/** Takes all ready messages of a queue, acknowledged, as text. */
export async function takeAll(channel: Channel, queue: string): Promise<string[]> {
  const bodies: string[] = []
  for (;;) {
    const message = await channel.get(queue, { noAck: true })
    if (message === false) return bodies
    bodies.push(message.content.toString())
  }
}

/** Waits until a queue has exactly `count` ready messages. */
export async function untilReady(channel: Channel, queue: string, count: number): Promise<void> {
  let seen = -1
  try {
    await until(async () => {
      seen = (await channel.checkQueue(queue)).messageCount
      return seen === count
    }, `${queue} has ${count} ready messages`)
  } catch (error) {
    throw new Error(`${queue} has ${seen} ready messages, not ${count}`, { cause: error })
  }
}
