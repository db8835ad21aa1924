import { type Broker, startBroker as startNode } from '../broker.js'
import type { MessageView } from '../core/message.js'
import type { Seams } from '../seams.js'
import { SystemClock } from '../util/clock.js'
import { chanceOf, type EmbedOptions, resolveEmbedding } from './embed-options.js'
import { EmbeddedBroker } from './embedded-broker.js'
import { Faults } from './faults.js'
import { FaultyPort } from './faulty-port.js'
import { FaultyTransport } from './faulty-transport.js'
import { FillableDisk } from './full-disk.js'
import { PublishLog } from './publish-log.js'
import { RecordingDoors } from './recording-doors.js'
import { RecordingPort } from './recording-port.js'
import { SeededRandom } from './seeded-random.js'

/**
 * Starts a broker in this process: in memory and on a free port unless told otherwise. Resolves once it takes
 * connections; rejects with the system's error when the address is in use. Ends with {@link EmbeddedBroker.stop}, or
 * by itself under `await using`.
 */
export async function startBroker(options: EmbedOptions = {}): Promise<EmbeddedBroker> {
  const {
    options: nodeOptions,
    clock = new SystemClock(),
    machineClock,
    logger,
    recordedMax,
    arenaBytes,
  } = resolveEmbedding(options)
  const random = new SeededRandom(options.seed ?? Math.floor(Math.random() * 2 ** 32))
  const published = recordedMax > 0 ? new PublishLog(recordedMax) : undefined
  // The broker is made with its seams, which look into the broker.
  let node: Broker | undefined
  const queueOf = (id: number) => node?.doors.topology.queue(id)
  const faults = new Faults({
    random,
    get alarms() {
      return node!.alarms
    },
    connections: () => node!.connections.all(),
    queueName: (id) => queueOf(id)?.name,
    installed: options.faults === true,
  })
  const routed = (queueIds: readonly number[], message: MessageView): void => {
    const queues = queueIds.map(queueOf).filter((queue) => queue !== undefined)
    published?.add(
      queues[0]?.vhost.name ?? '',
      message,
      queues.map(({ name }) => name),
    )
  }
  const seams: Seams = {
    port:
      published === undefined && options.faults !== true
        ? undefined
        : (port) => {
            const faulty = options.faults === true ? new FaultyPort(port, faults) : port
            return published === undefined ? faulty : new RecordingPort(faulty, routed)
          },
    doors:
      published &&
      ((doors) => new RecordingDoors(doors, (vhost, message) => published.add(vhost, message, []))),
    ...(options.faults === true && {
      transport: (transport) => new FaultyTransport(transport, faults, random, clock),
      disk: (disk) => new FillableDisk(disk, () => faults.diskIsFull),
    }),
  }
  node = await startNode(nodeOptions, {
    clock,
    machineClock: machineClock ?? new SystemClock(),
    logger,
    seams,
    ...(arenaBytes !== undefined && { arenaBytes }),
    ...chanceOf(random, options),
  })
  const broker = new EmbeddedBroker({ node, clock, random, published, faults })
  if (options.definitions === undefined) return broker
  try {
    await broker.importDefinitions(options.definitions)
  } catch (error) {
    await broker.stop()
    throw error
  }
  broker.rememberStart()
  return broker
}
