import { createHash } from 'node:crypto'
import type { Broker } from './broker.js'
import type { PeerDirectory } from './core/peers.js'
import type { ShardPort } from './core/shard-port.js'
import type { Churn } from './core/statistics.js'
import type { MetricsServer } from './management/metrics/metrics-server.js'
import type { MetricsSources } from './management/metrics/registries.js'
import { ProcessProbe } from './management/statistics/node-probe.js'
import { Statistics } from './management/statistics/statistics.js'
import type { Logger } from './util/logger.js'
import { detectedMemoryBytes } from './util/machine-memory.js'
import type { Timers } from './util/timers.js'

/** What counting needs of a broker beyond what everybody may see of it. */
export interface StatisticsParts {
  readonly port: ShardPort
  readonly peers: PeerDirectory
  readonly timers: Timers
  readonly logger: Logger
  /** Limits as they are now. */
  memoryLimitBytes(): number
  /** Undefined where no disk is watched. */
  diskFreeLimitBytes(): number | undefined
}

/** What a node counts of itself, sampled, and shown to Prometheus. */
export class BrokerStatistics {
  readonly statistics: Statistics
  /** For whoever shows metrics. */
  readonly metrics: MetricsSources
  readonly #probe: ProcessProbe
  readonly #openServer: () => Promise<MetricsServer | undefined>
  #server: MetricsServer | undefined
  readonly #isSampled: boolean
  readonly #forget: () => void

  constructor(broker: Broker, parts: StatisticsParts) {
    const { port, peers, timers, logger } = parts
    const { options, doors, connections } = broker
    const { topology } = doors
    const { diskFreeLimit } = options
    const configured =
      'absoluteBytes' in diskFreeLimit
        ? diskFreeLimit.absoluteBytes
        : diskFreeLimit.relative * (options.totalMemoryBytes ?? detectedMemoryBytes())
    this.#probe = new ProcessProbe({
      memoryLimit: () => parts.memoryLimitBytes(),
      diskFreeLimit: () => parts.diskFreeLimitBytes() ?? configured,
      dataDir: options.dataDir,
      startedAtMs: timers.clock.now(),
    })
    const churn: Churn = {
      get connectionsCreated() {
        return connections.connectionsOpened
      },
      get connectionsClosed() {
        return connections.connectionsClosed
      },
      get channelsCreated() {
        return connections.channelsOpened
      },
      get channelsClosed() {
        return connections.channelsClosed
      },
      get queuesDeclared() {
        return topology.queueDeclares
      },
      queuesCreated: 0,
      queuesDeleted: 0,
    }
    const stops = [
      broker.events.on('queue.created', () => {
        churn.queuesCreated += 1
      }),
      broker.events.on('queue.deleted', () => {
        churn.queuesDeleted += 1
      }),
      broker.events.on('vhost.deleted', ({ name }) => port.forgetVhost(name)),
    ]
    this.#forget = () => {
      for (const stop of stops) stop()
    }
    const sources = { topology, peers, queues: port, probe: this.#probe, churn }
    this.statistics = new Statistics(sources, timers, options.statisticsIntervalMs)
    this.metrics = {
      statistics: this.statistics,
      alarms: broker.alarms,
      logins: broker.loginAttempts,
      perObject: options.prometheusPerObject,
      identity: {
        node: options.nodeName,
        cluster: () => String(topology.globalParameters.get('cluster_name') ?? options.clusterName),
        clusterId: `rabbitmq-cluster-id-${createHash('sha256').update(options.nodeName).digest('base64url').slice(0, 22)}`,
        rabbitmqVersion: options.rabbitmqVersion,
        productVersion: options.productVersion,
      },
    }
    this.#isSampled = options.managementPort !== undefined || options.prometheusPort !== undefined
    this.#openServer = async () => {
      if (options.prometheusPort === undefined) return undefined
      const { MetricsServer } = await import('./management/metrics/metrics-server.js')
      const where = { host: options.prometheusHost, port: options.prometheusPort }
      const server = new MetricsServer(this.metrics, where, logger)
      await server.open()
      return server
    }
  }

  /** Counts are sampled only where somebody may ask for rates. */
  async open(): Promise<void> {
    if (this.#isSampled) {
      await this.#probe.look()
      this.statistics.start()
    }
    this.#server = await this.#openServer()
  }

  async close(): Promise<void> {
    this.#forget()
    this.statistics.stop()
    await this.#server?.close()
  }

  /** Where Prometheus may scrape; undefined where it may not. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.#server?.address
  }
}
