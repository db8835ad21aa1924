import { type Connection, connect } from '../../client/index.js'
import type { PerfOptions } from '../options.js'
import type { OperationReport } from '../report.js'
import { pause, type RunControl } from '../run-control.js'
import { connectControl } from '../topology.js'
import { repeat } from './operation-run.js'

/** Opens many connections with a channel each, holds them for the time of the run and closes them. */
export async function runConnectionCount(
  options: PerfOptions,
  control: RunControl,
): Promise<OperationReport> {
  const connections: Connection[] = []
  try {
    const report = await repeat(untimed(options), control, {
      name: 'open a connection with a channel and keep it',
      limitOf: (worker) => shareOf(options, worker),
      run: async (worker, round) => {
        const uri = options.uris[worker % options.uris.length]
        const name = `${options.id} ${worker + 1}.${round + 1}`
        const connection = await connect(uri, { connectionName: name })
        connections.push(connection)
        await connection.channel()
      },
    })
    control.progress(`id: ${options.id}, ${connections.length} connections are open`)
    await hold(options, control)
    const lost = connections.filter((connection) => connection.closed).length
    if (lost > 0) throw new Error(`${lost} of ${connections.length} connections were lost`)
    return { ...report, operations: connections.length, rate: connections.length / report.seconds }
  } finally {
    await Promise.all(connections.map((connection) => connection.close()))
  }
}

/** Declares many queues, holds them for the time of the run and deletes them. */
export async function runQueueCount(options: PerfOptions, control: RunControl): Promise<OperationReport> {
  const connection = await connectControl(options)
  const { durable, queueArguments } = options
  const declared: string[] = []
  try {
    const channel = await connection.channel()
    const report = await repeat(untimed(options), control, {
      name: 'declare a queue and keep it',
      limitOf: (worker) => shareOf(options, worker),
      run: async (worker, round) => {
        const number = round * workersOf(options) + worker
        const queue = `${options.id}-${number + 1}`
        await channel.declareQueue(queue, { durable, arguments: queueArguments })
        declared.push(queue)
      },
    })
    control.progress(`id: ${options.id}, ${declared.length} queues are there`)
    await hold(options, control)
    if (!options.keep) for (const queue of declared) await channel.deleteQueue(queue)
    return { ...report, operations: declared.length, rate: declared.length / report.seconds }
  } finally {
    await connection.close()
  }
}

/** The time of the run is for holding, not for opening. */
function untimed(options: PerfOptions): PerfOptions {
  return { ...options, seconds: 0 }
}

async function hold(options: PerfOptions, control: RunControl): Promise<void> {
  if (options.seconds > 0) await pause(options.seconds * 1000, control.signal)
}

function workersOf(options: PerfOptions): number {
  return Math.max(1, options.publishers)
}

/** Of `count` operations, those that one of the workers does. */
function shareOf(options: PerfOptions, worker: number): number {
  return Math.ceil((options.count - worker) / workersOf(options))
}
