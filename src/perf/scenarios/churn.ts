import { type Channel, type Connection, connect } from '../../client/index.js'
import type { PerfOptions } from '../options.js'
import type { OperationReport } from '../report.js'
import type { RunControl } from '../run-control.js'
import { connectControl } from '../topology.js'
import { repeat } from './operation-run.js'

/** Opens a connection with a channel and closes both, over and over. */
export function runConnectionChurn(options: PerfOptions, control: RunControl): Promise<OperationReport> {
  return repeat(options, control, {
    name: 'open and close a connection with a channel',
    limitOf: () => options.publishLimit || Infinity,
    run: async (worker, round) => {
      const uri = options.uris[worker % options.uris.length]
      const connection = await connect(uri, { connectionName: `${options.id} ${worker + 1}.${round + 1}` })
      await connection.channel()
      await connection.close()
    },
  })
}

/** Declares and deletes a queue, over and over, on a connection per worker. */
export function runQueueChurn(options: PerfOptions, control: RunControl): Promise<OperationReport> {
  return onChannels(options, (channels) =>
    repeat(options, control, {
      name: 'declare and delete a queue',
      limitOf: () => options.publishLimit || Infinity,
      run: async (worker, round) => {
        const queue = `${options.id}-${worker + 1}-${round + 1}`
        const { durable, queueArguments } = options
        await channels[worker].declareQueue(queue, { durable, arguments: queueArguments })
        await channels[worker].deleteQueue(queue)
      },
    }),
  )
}

/** Binds and unbinds a queue by ever new keys, over and over, on a connection per worker. */
export function runBindingChurn(options: PerfOptions, control: RunControl): Promise<OperationReport> {
  const exchange = options.exchange
  const queueOf = (worker: number): string => `${options.id}-${worker + 1}`
  return onChannels(options, async (channels) => {
    const { durable, queueArguments } = options
    await channels[0].declareExchange(exchange, options.exchangeType, { durable })
    for (const [worker, channel] of channels.entries()) {
      await channel.declareQueue(queueOf(worker), { durable, arguments: queueArguments })
    }
    try {
      return await repeat(options, control, {
        name: 'bind and unbind a queue',
        limitOf: () => options.publishLimit || Infinity,
        run: async (worker, round) => {
          const key = `${options.routingKey ?? 'key'}.${round}`
          await channels[worker].bindQueue(queueOf(worker), exchange, key)
          await channels[worker].unbindQueue(queueOf(worker), exchange, key)
        },
      })
    } finally {
      for (const [worker, channel] of channels.entries()) {
        if (channel.closedBy === undefined) await channel.deleteQueue(queueOf(worker))
      }
      if (channels[0].closedBy === undefined) await channels[0].deleteExchange(exchange)
    }
  })
}

/** A channel on a connection of its own for each worker, closed in the end. */
async function onChannels<T>(options: PerfOptions, use: (channels: Channel[]) => Promise<T>): Promise<T> {
  const connections: Connection[] = []
  const channels: Channel[] = []
  try {
    for (let worker = 0; worker < Math.max(1, options.publishers); worker++) {
      const connection = await connectControl(options, worker)
      connections.push(connection)
      channels.push(await connection.channel())
    }
    return await use(channels)
  } finally {
    await Promise.all(connections.map((connection) => connection.close()))
  }
}
