import type { TestContext } from 'node:test'
import { type Channel, type Connection, type ConnectOptions, connect } from '../../src/client/index.js'
import { cleanUp } from './cleanup.js'

/** A connection of our own client that closes after the test. */
export async function connectClient(
  t: TestContext,
  broker: { readonly url: string },
  options: ConnectOptions = {},
): Promise<Connection> {
  const connection = await connect(broker.url, options)
  cleanUp(t, () => connection.close())
  return connection
}

/** A channel of a connection of its own. */
export async function clientChannel(
  t: TestContext,
  broker: { readonly url: string },
  options: ConnectOptions = {},
): Promise<Channel> {
  return (await connectClient(t, broker, options)).channel()
}
