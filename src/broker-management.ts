import { join } from 'node:path'
import type { AuthChain } from './auth/auth-chain.js'
import type { Authorizer } from './auth/authorizer.js'
import { passwordRule } from './auth/password-rule.js'
import type { Broker } from './broker.js'
import type { BrokerOptions } from './config/broker-options.js'
import type { Listener } from './connection/listener.js'
import type { PeerDirectory } from './core/peers.js'
import type { ShardPort } from './core/shard-port.js'
import type { ControlSocket, ControlSocketOptions } from './management/control-socket.js'
import type { HttpFront } from './management/http-front.js'
import type { ManagementServer } from './management/management-server.js'
import type { ListenerFacts, ManagementServices } from './management/management-services.js'
import type { MetricsSources } from './management/metrics/registries.js'
import type { NodeControl } from './management/node-control.js'
import type { Statistics } from './management/statistics/statistics.js'
import type { Traces } from './management/traces/traces.js'
import type { Clock } from './util/clock.js'
import type { Logger } from './util/logger.js'

/** Where Prometheus scrapes, and what. */
interface MetricsSide {
  readonly metrics: MetricsSources
  readonly address: { readonly host: string; readonly port: number } | undefined
}

/** What management needs of a broker beyond what everybody may see of it. */
export interface ManagementParts {
  readonly chain: AuthChain
  readonly authorizer: Authorizer
  readonly port: ShardPort
  readonly peers: PeerDirectory
  readonly clock: Clock
  readonly logger: Logger
  readonly statistics?: Statistics | undefined
  /** Shows metrics. */
  readonly metrics?: MetricsSide | undefined
  listeners(): readonly Listener[]
  isInService(): boolean
}

/** The HTTP API of one node, joined to it. */
export class BrokerManagement {
  readonly services: ManagementServices & { control?: NodeControl }
  readonly #openFront: () => Promise<HttpFront | undefined>
  #front: HttpFront | undefined
  readonly #load: () => Promise<ManagementServer>
  readonly #logger: Logger
  #app: Promise<ManagementServer> | undefined
  #control: ControlSocket | undefined
  #traces: Promise<Traces> | undefined

  /** Listens nowhere without `managementPort`; {@link services} serve imports all the same. */
  constructor(broker: Broker, parts: ManagementParts) {
    const { options, doors, events } = broker
    const { chain, authorizer, port, peers, clock, logger, statistics } = parts
    this.services = {
      doors,
      users: broker.userDoors,
      chain,
      loginAttempts: broker.loginAttempts,
      authorizer,
      alarms: broker.alarms,
      events,
      shards: { portFor: () => port },
      peers,
      clock,
      logger,
      traces: () => this.#loadedTraces(tracesFolderOf(options)),
      passwordRule: passwordRule(options.passwordRule),
      hashing: `rabbit_password_hashing_${options.passwordHashing}`,
      ...(statistics === undefined ? {} : { statistics }),
      ...(parts.metrics === undefined ? {} : { metrics: parts.metrics.metrics }),
      node: {
        name: options.nodeName,
        clusterName: options.clusterName,
        productName: options.productName,
        productVersion: options.productVersion,
        rabbitmqVersion: options.rabbitmqVersion,
        defaultQueueType: options.defaultQueueType,
        maxConnections: options.maxConnections,
        startedAtMs: clock.now(),
        dataDir: options.dataDir,
        isInService: () => parts.isInService(),
        listeners: () => [
          ...parts.listeners().map((each) => this.#amqpFacts(each, broker)),
          ...this.#httpFacts(broker),
          ...prometheusFacts(parts.metrics?.address),
        ],
      },
    }
    const { managementHost, managementPort, managementTls: tls } = options
    this.#logger = logger
    this.#load = async () => {
      const { loadInTurns } = await import('./management/http/package-loader.js')
      await loadInTurns('fastify')
      const { ManagementServer } = await import('./management/management-server.js')
      return ManagementServer.create(this.services, {
        pathPrefix: options.managementPathPrefix,
        sessionMinutes: options.managementSessionMinutes,
        bodyBytesMax: options.managementBodyBytesMax,
        secure: tls !== undefined,
        cors: {
          allowOrigins: options.managementCorsOrigins,
          maxAgeSeconds: options.managementCorsMaxAgeSeconds,
        },
      })
    }
    this.#openFront = async () => {
      if (managementPort === undefined) return undefined
      const { HttpFront } = await import('./management/http-front.js')
      const where = { host: managementHost, port: managementPort, ...(tls === undefined ? {} : { tls }) }
      const front = new HttpFront(where, () => this.#loaded(), logger)
      await front.open()
      return front
    }
  }

  async open(): Promise<void> {
    this.#front = await this.#openFront()
  }

  /** Serves the API to the operator of this process too; the listener on TCP need not be there. */
  async openControl(options: ControlSocketOptions, control: NodeControl): Promise<void> {
    this.services.control = control
    const { ControlSocket } = await import('./management/control-socket.js')
    this.#control = new ControlSocket(options, () => this.#loaded(), this.#logger)
    await this.#control.open()
  }

  async close(): Promise<void> {
    await Promise.all([this.#front?.close(), this.#control?.close()])
    await (await this.#traces)?.close()
    const app = await this.#app?.catch(() => undefined)
    await app?.close()
  }

  /** One API for both listeners, loaded for the first request. */
  #loaded(): Promise<ManagementServer> {
    this.#app ??= this.#load()
    return this.#app
  }

  #loadedTraces(folder: string | undefined): Promise<Traces> {
    this.#traces ??= import('./management/traces/traces.js').then(
      ({ Traces }) => new Traces(this.services, folder),
    )
    return this.#traces
  }

  /** As in the ready line: scheme, host, port. Undefined while it listens nowhere. */
  get address(): { readonly scheme: string; readonly host: string; readonly port: number } | undefined {
    const address = this.#front?.address
    return address === undefined ? undefined : { scheme: this.#front!.scheme, ...address }
  }

  #amqpFacts({ scheme, host, port }: Listener, { options: { tls } }: Broker): ListenerFacts {
    if (scheme !== 'amqps') return { protocol: 'amqp', host, port, tls: false }
    return {
      protocol: 'amqp/ssl',
      host,
      port,
      tls: true,
      ...(tls && { certFile: tls.certFile, caFile: tls.caFile }),
    }
  }

  #httpFacts({ options: { managementTls } }: Broker): ListenerFacts[] {
    const { address } = this
    if (address === undefined) return []
    const { scheme, host, port } = address
    if (managementTls === undefined) return [{ protocol: scheme, host, port, tls: false }]
    const { certFile, caFile } = managementTls
    return [{ protocol: scheme, host, port, tls: true, certFile, caFile }]
  }
}

function tracesFolderOf({ tracingDir, dataDir }: BrokerOptions): string | undefined {
  return tracingDir ?? (dataDir === undefined ? undefined : join(dataDir, 'traces'))
}

function prometheusFacts(address: MetricsSide['address']): ListenerFacts[] {
  return address === undefined ? [] : [{ protocol: 'http/prometheus', ...address, tls: false }]
}
