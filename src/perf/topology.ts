import { type Channel, ClosedError, type Connection, connect } from '../client/index.js'
import type { PerfOptions } from './options.js'

/** The exchange and queues of a run, on the first of its brokers (the others are nodes of the same cluster). */
export class Topology {
  private readonly options: PerfOptions
  private readonly connection: Connection
  private readonly channel: Channel

  private constructor(options: PerfOptions, connection: Connection, channel: Channel) {
    this.options = options
    this.connection = connection
    this.channel = channel
  }

  /** Connects, and declares what is not there already. */
  static async open(options: PerfOptions): Promise<Topology> {
    const connection = await connectControl(options)
    try {
      const topology = new Topology(options, connection, await connection.channel())
      if (!options.predeclared) await topology.declare()
      return topology
    } catch (error) {
      connection.destroy()
      throw error
    }
  }

  /** Ready messages in all queues. */
  async readyMessages(): Promise<number> {
    const { predeclared, exchange, consumers, queues } = this.options
    // Nobody has named a queue: messages go to an exchange that somebody else has bound.
    if (predeclared && exchange !== '' && consumers === 0) return 0
    const counts = await Promise.all(queues.map((queue) => this.channel.checkQueue(queue)))
    return counts.reduce((sum, { messageCount }) => sum + messageCount, 0)
  }

  /** Deletes what was declared, unless it shall stay, and disconnects. */
  async close(): Promise<void> {
    const { keep, predeclared, queues, exchange } = this.options
    try {
      if (!keep && !predeclared) {
        await Promise.all(queues.map((queue) => this.channel.deleteQueue(queue)))
        if (isOwn(exchange)) await this.channel.deleteExchange(exchange)
      }
    } catch (error) {
      // A broker that is gone has been reported by who noticed it first.
      if (!(error instanceof ClosedError)) throw error
    }
    await this.connection.close()
  }

  private async declare(): Promise<void> {
    const { exchange, exchangeType, queues, queueArguments, durable, routingKey } = this.options
    const { channel } = this
    if (isOwn(exchange)) await channel.declareExchange(exchange, exchangeType, { durable })
    for (const queue of queues) await channel.declareQueue(queue, { durable, arguments: queueArguments })
    if (exchange === '') return
    for (const queue of queues) await channel.bindQueue(queue, exchange, routingKey ?? queue)
  }
}

/** A connection for everything but messages. */
export function connectControl(options: PerfOptions, index = 0): Promise<Connection> {
  const uri = options.uris[index % options.uris.length]
  return connect(uri, { connectionName: `${options.id} control` })
}

/** Exchanges that a broker makes by itself are used as they are. */
function isOwn(exchange: string): boolean {
  return exchange !== '' && !exchange.startsWith('amq.')
}
