import type { TestContext } from 'node:test'
import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import type { EmbedOptions } from '../../src/embedding/embed-options.js'
import type { EmbeddedBroker } from '../../src/embedding/embedded-broker.js'
import { startBroker } from '../../src/embedding/start-broker.js'
import { cleanUp } from '../support/cleanup.js'

/** A broker that stops after the test. */
export async function start(t: TestContext, options: EmbedOptions = {}): Promise<EmbeddedBroker> {
  const broker = await startBroker(options)
  cleanUp(t, () => broker.stop())
  return broker
}

export interface AmqplibPeer {
  readonly connection: ChannelModel
  readonly channel: ConfirmChannel
}

/** An amqplib connection with a confirm channel. Its end, and errors, are nothing to end the process for. */
export async function amqplibAt(broker: EmbeddedBroker): Promise<AmqplibPeer> {
  const connection = await connect(broker.url, { noDelay: true })
  connection.on('error', () => {})
  const channel = await connection.createConfirmChannel()
  channel.on('error', () => {})
  return { connection, channel }
}

/** Publishes to a queue and waits for the confirm; rejects on a nack. */
export function put(channel: ConfirmChannel, queue: string, body: string, options = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, Buffer.from(body), options, (error) => (error ? reject(error) : resolve()))
  })
}
