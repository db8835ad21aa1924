import { randomBytes } from 'node:crypto'
import { AuthChain } from './auth/auth-chain.js'
import { Authorizer } from './auth/authorizer.js'
import { InternalAuthBackend } from './auth/internal-backend.js'
import { LoginAttempts } from './auth/login-attempts.js'
import type { HashingAlgorithm } from './auth/password-hash.js'
import { PatternMatcher } from './auth/pattern/pattern-matcher.js'
import { SaslMechanisms } from './auth/sasl/mechanisms.js'
import { UserDoors } from './auth/user-doors.js'
import { UserDirectory } from './auth/users.js'
import { BrokerAdmin } from './broker-admin.js'
import { addressesOf, openListeners } from './broker-listeners.js'
import { NodeMaintenance } from './broker-maintenance.js'
import { BrokerManagement } from './broker-management.js'
import { BrokerStatistics } from './broker-statistics.js'
import type { BrokerOptions } from './config/broker-options.js'
import { withDefaults } from './config/resolve.js'
import { Connection } from './connection/connection.js'
import { ConnectionRegistry } from './connection/connection-registry.js'
import type { ConnectionServices } from './connection/connection-services.js'
import { HeldBytes } from './connection/held-bytes.js'
import type { Listener } from './connection/listener.js'
import { NodeGate } from './connection/node-gate.js'
import { OutputHub, UNSENT_BYTES_MAX } from './connection/output.js'
import { OutputBuffers } from './connection/output-buffers.js'
import { PeerEvents } from './connection/peer-events.js'
import { PeerListing } from './connection/peer-listing.js'
import { READ_SIZE_BYTES, ReadArea } from './connection/read-area.js'
import { ReplyToDirectory } from './connection/reply-to.js'
import { serverProperties } from './connection/server-properties.js'
import { StashPool } from './connection/stash-pool.js'
import type { OpenableTransport } from './connection/transport.js'
import { Alarms } from './core/alarm.js'
import { BrokerDoors } from './core/doors/broker-doors.js'
import { EventBus } from './core/events.js'
import { Firehose } from './core/firehose.js'
import { OwnPublisher } from './core/own-publisher.js'
import { LocalShard } from './core/shard/local-shard.js'
import type { ShardPort } from './core/shard-port.js'
import type { EventExchange } from './management/events/event-exchange.js'
import { logEvents } from './management/events/event-log.js'
import type { LogExchange } from './management/events/log-exchange.js'
import type { ManagementServices } from './management/management-services.js'
import type { NodeControl } from './management/node-control.js'
import { MemoryMonitor } from './memory-monitor.js'
import { type NodeStorage, openNodeStorage } from './node-storage.js'
import { ByteReader } from './protocol/amqp091/byte-reader.js'
import type { Seams } from './seams.js'
import { ARENA_BYTES, ARENA_BYTES_MAX, Arena } from './util/arena.js'
import { type Clock, SystemClock } from './util/clock.js'
import { lineLogger } from './util/log/line-logger.js'
import { inCategory } from './util/log/output-logger.js'
import type { Logger } from './util/logger.js'
import { Timers } from './util/timers.js'
import { VhostDefaults } from './vhost-defaults.js'

/** How long {@link Broker.stop} waits for peers to answer the close, in milliseconds of real time. */
const STOP_TIMEOUT_MS = 3000
/** Turns of the loop in which acknowledgements that lie in socket buffers are read before connections are closed. */
const LATE_ACK_TURNS = 3

/** What a broker lives in; a program that embeds one may hand in its own. */
export interface Surroundings {
  /** The clock of messages: their time to live, delays, expiry of queues, acknowledgement timeouts. Default: the machine's. */
  readonly clock?: Clock
  /** The clock of sockets, heartbeats, disk and memory, which are real also where messages are not. Default: `clock`. */
  readonly machineClock?: Clock
  /** Default: lines to stderr at `logLevel`. */
  readonly logger?: Logger
  /** This many octets that nobody can guess. Default: the system's. */
  readonly randomOctets?: (count: number) => Buffer
  /** A number from 0 to 1, for exchanges that choose by chance. Default: Math.random. */
  readonly random?: () => number
  /**
   * Octets of the arena that the message path lives in; address space until it is used. Default: {@link ARENA_BYTES}, and
   * with a data directory as much again as messages may take in memory.
   */
  readonly arenaBytes?: number
  /** What is put between the parts. Default: nothing. */
  readonly seams?: Seams
}

/**
 * Starts a broker; resolves once it takes connections. What is not in `options` has its default, as without a
 * configuration file. Rejects with the system's error when an address cannot be listened on.
 */
export async function startBroker(
  options: Partial<BrokerOptions> = {},
  surroundings: Surroundings = {},
): Promise<Broker> {
  const resolved = withDefaults({ managementPort: undefined, prometheusPort: undefined, ...options })
  const logger = surroundings.logger ?? lineLogger(resolved.logLevel, (line) => process.stderr.write(line))
  const clock = surroundings.clock ?? new SystemClock()
  const timers = new Timers(clock)
  const { machineClock = clock } = surroundings
  const machineTimers = machineClock === clock ? timers : new Timers(machineClock)
  const events = new EventBus(logger)
  const alarms = new Alarms(events)
  const arena = new Arena(surroundings.arenaBytes ?? arenaBytesFor(resolved))
  const randomOctets = surroundings.randomOctets ?? randomBytes
  const { seams = {} } = surroundings
  const storage = await openNodeStorage(resolved, {
    arena,
    timers: machineTimers,
    logger,
    alarms,
    randomOctets,
    wrapDisk: seams.disk,
  })
  const broker = new Broker(
    resolved,
    { logger, timers, machineTimers, events, alarms, arena, storage, randomOctets, seams },
    surroundings.random ?? Math.random,
  )
  try {
    await broker.start()
  } catch (error) {
    await broker.stop()
    throw error
  }
  return broker
}

/** Messages beyond what memory may hold of them go to files; without files there is no knowing how many there will be. */
function arenaBytesFor({ dataDir, messageMemoryBytes }: BrokerOptions): number {
  return dataDir === undefined ? ARENA_BYTES : Math.min(ARENA_BYTES + messageMemoryBytes, ARENA_BYTES_MAX)
}

/** The parts that storage needs before the rest of the node is there. */
interface Foundations {
  readonly logger: Logger
  readonly timers: Timers
  readonly machineTimers: Timers
  readonly events: EventBus
  readonly alarms: Alarms
  readonly arena: Arena
  readonly storage: NodeStorage
  readonly randomOctets: (count: number) => Buffer
  readonly seams: Seams
}

/** One node: its parts, joined. Nothing of it lives outside this object, so a process may hold many. */
export class Broker {
  readonly options: BrokerOptions
  readonly doors: BrokerDoors
  readonly users = new UserDirectory()
  readonly userDoors: UserDoors
  readonly connections = new ConnectionRegistry()
  readonly loginAttempts: LoginAttempts
  readonly events: EventBus
  readonly alarms: Alarms
  readonly admin: BrokerAdmin

  readonly #logger: Logger
  readonly #timers: Timers
  readonly #machineTimers: Timers
  readonly #seams: Seams
  readonly #hub: OutputHub
  readonly #arena: Arena
  readonly #storage: NodeStorage
  readonly #authorizer: Authorizer
  readonly #chain: AuthChain
  readonly #randomOctets: (count: number) => Buffer
  #shard!: LocalShard
  #port!: ShardPort
  #services!: ConnectionServices
  readonly #memory: MemoryMonitor
  #listeners: readonly Listener[] = []
  #listen!: (at: BrokerOptions['listeners']) => Promise<Listener[]>
  #management: BrokerManagement | undefined
  #statistics: BrokerStatistics | undefined
  #eventExchange: EventExchange | undefined
  readonly #ownPublisher = new OwnPublisher(() => this.#port)
  #stopped: Promise<void> | undefined

  /** Use {@link startBroker}. */
  constructor(options: BrokerOptions, foundations: Foundations, random: () => number) {
    this.options = options
    const { logger, timers, machineTimers, events, alarms, arena, storage, randomOctets, seams } = foundations
    this.#logger = logger
    this.#timers = timers
    this.#machineTimers = machineTimers
    this.#seams = seams
    this.#arena = arena
    this.#hub = new OutputHub(new OutputBuffers(arena))
    this.#storage = storage
    this.#randomOctets = randomOctets
    this.events = events
    this.userDoors = new UserDoors(this.users, storage.definitionLog, events)
    this.alarms = alarms
    this.loginAttempts = new LoginAttempts(events, options.trackLoginSources)
    const chain = new AuthChain([new InternalAuthBackend(this.users)], {
      loopbackUsers: options.loopbackUsers,
      told: (attempt) => this.loginAttempts.note(attempt),
    })
    const authorizer = new Authorizer(chain)
    this.#chain = chain
    this.#authorizer = authorizer
    const port = (): ShardPort => this.#port
    this.doors = new BrokerDoors({
      permissions: authorizer,
      shards: { portFor: port, portForNew: port },
      log: storage.definitionLog,
      events: this.events,
      logger,
      options: {
        consumerTimeoutMs: Number.isFinite(options.consumerTimeoutMs) ? options.consumerTimeoutMs : undefined,
        defaultQueueType: options.defaultQueueType,
        vhostMax: options.vhostMax,
        exchangeMax: options.exchangeMax,
        queueMax: options.queueMax,
      },
      randomOctets,
      random,
      compilePattern: (pattern) => {
        const matcher = new PatternMatcher(pattern)
        return { matches: (name) => matcher.isIn(name) }
      },
    })
    this.admin = new BrokerAdmin(
      this.doors,
      this.userDoors,
      this.alarms,
      this.connections,
      hashingOf(options),
    )
    this.#memory = new MemoryMonitor(machineTimers, this.alarms, logger, {
      watermark: options.memoryHighWatermark,
      totalMemoryBytes: options.totalMemoryBytes,
      intervalMs: options.memoryMonitorIntervalMs,
    })
  }

  /** Takes up what was kept, or makes what an empty node begins with, and listens. */
  async start(): Promise<void> {
    const { options } = this
    const { definitions } = this.#storage
    await this.#storage.openShard((log) => {
      this.#shard = new LocalShard(log, this.#timers, this.doors)
      this.#port = this.#seams.port?.(this.#shard) ?? this.#shard
      this.doors.restore(definitions)
      this.userDoors.restore(definitions)
      this.#hub.follow(this.#shard.deliveryRecord)
      return this.#shard
    })
    this.#services = this.#connectionServices(this.#chain, this.#authorizer, this.#randomOctets)
    const peers = new PeerListing(this.connections)
    this.connections.observer = new PeerEvents(this.events, options.nodeName)
    this.#statistics = new BrokerStatistics(this, {
      port: this.#port,
      peers,
      timers: this.#machineTimers,
      logger: this.#logger,
      memoryLimitBytes: () => this.#memory.limitBytes,
      diskFreeLimitBytes: () => this.#storage.diskFreeLimitBytes,
    })
    this.#management = new BrokerManagement(this, {
      chain: this.#chain,
      authorizer: this.#authorizer,
      port: this.#port,
      peers,
      statistics: this.#statistics.statistics,
      metrics: this.#statistics,
      clock: this.#timers.clock,
      logger: this.#logger,
      listeners: () => this.#listeners,
      isInService: () => this.#listeners.length > 0 && this.#stopped === undefined,
    })
    logEvents(this.events, this.#logger, options.nodeName)
    const { vhostDefaults, loadDefinitions: definitionsAt } = options
    const { userDoors, doors } = this
    const defaults = await VhostDefaults.prepare(vhostDefaults, {
      doors,
      userDoors,
      actor: this.admin.actor,
      hashing: hashingOf(options),
    })
    if (defaults !== undefined) this.events.on('vhost.created', ({ name }) => defaults.applyTo(name))
    // Who brings definitions of their own wants neither guest nor its password.
    if (definitions.length === 0 && definitionsAt === undefined) await this.#populate()
    if (definitionsAt !== undefined) {
      const { loadDefinitions } = await import('./management/definitions/load.js')
      await loadDefinitions(this.#management.services, definitionsAt)
    }
    if (options.eventExchange) {
      const { EventExchange } = await import('./management/events/event-exchange.js')
      const where = { vhost: options.eventExchangeVhost ?? options.defaultVhost, nodeName: options.nodeName }
      this.#eventExchange = new EventExchange(
        this.doors,
        this.events,
        this.#ownPublisher,
        this.#timers.clock,
        where,
      )
      await this.#eventExchange.open()
    }
    this.alarms.listen(() => {
      for (const connection of this.connections.all()) connection.alarmChanged()
    })
    this.events.on('vhost.deleted', ({ name }) => {
      for (const connection of this.connections.all()) {
        if (connection.vhost === name) connection.forceClose(`vhost '${name}' is deleted`)
      }
    })
    this.events.on('user.deleted', ({ name }) => {
      for (const connection of this.connections.all()) {
        if (connection.actor.principal.name === name) connection.forceClose(`user '${name}' is deleted`)
      }
    })
    const readArea = new ReadArea(this.#arena.take(READ_SIZE_BYTES), this.connections.windows)
    this.#listen = (listeners) =>
      openListeners(
        { ...options, listeners },
        readArea,
        this.#logger,
        (transport) => this.accept(transport, options.proxyProtocol),
        (transport) => this.accept(transport, false),
      )
    this.#listeners = await this.#listen(options.listeners)
    await this.#statistics.open()
    await this.#management.open()
    this.#memory.start()
  }

  /**
   * Opens the control socket, by which the user that this process runs as is its operator. `folder` is where nodes leave
   * word of theirs; what the process itself can do for the operator is handed in.
   */
  async openControl(folder: string, control: Omit<NodeControl, 'setMemoryHighWatermark'>): Promise<void> {
    const { nodeName, dataDir } = this.options
    const { setDiskFreeLimit } = this.#storage
    await this.#management?.openControl(
      { nodeName, dataDir, folder },
      {
        setMemoryHighWatermark: (watermark) => this.#memory.setWatermark(watermark),
        ...(setDiskFreeLimit === undefined ? {} : { setDiskFreeLimit }),
        maintenance: this.#maintenance(),
        ...control,
      },
    )
  }

  /** Makes `amq.rabbitmq.log`, in the default vhost; the log is the process's, which hands over what is to go there. */
  async openLogExchange(kind: 'plaintext' | 'json'): Promise<LogExchange> {
    const { LogExchange } = await import('./management/events/log-exchange.js')
    const { defaultVhost: vhost, nodeName } = this.options
    const exchange = new LogExchange(this.doors, this.#ownPublisher, { vhost, nodeName, kind })
    await exchange.open()
    return exchange
  }

  #maintenance(): NodeMaintenance {
    return new NodeMaintenance({
      node: this.options.nodeName,
      connections: this.connections,
      events: this.events,
      logger: this.#logger,
      listeners: () => this.#listeners,
      setListeners: (listeners) => {
        this.#listeners = listeners
      },
      reopen: (former) => this.#listen(addressesOf(former)),
    })
  }

  /** The first boot of an empty node: the default vhost, and the default user in it. */
  async #populate(): Promise<void> {
    const { options, admin } = this
    await admin.addVhost(options.defaultVhost)
    await admin.putUser(options.defaultUser, { password: options.defaultPass, tags: options.defaultUserTags })
    await admin.setPermissions(options.defaultUser, options.defaultVhost, options.defaultPermissions)
  }

  /** The TCP port, of the first one when there are several; 0 when there is none. */
  get port(): number {
    return this.#listeners.find((listener) => listener.scheme === 'amqp')?.port ?? 0
  }

  /** What is listened on: `amqp 127.0.0.1:5672`, `amqps [::1]:5671`, `unix /run/leveret.sock`. */
  get addresses(): string[] {
    const http = this.#management?.address
    return [...this.#listeners, ...(http === undefined ? [] : [http])].map(({ scheme, host, port }) =>
      scheme === 'unix' ? `unix ${host}` : `${scheme} ${host.includes(':') ? `[${host}]` : host}:${port}`,
    )
  }

  /** The port for Prometheus; 0 when there is none. */
  get prometheusPort(): number {
    return this.#statistics?.address?.port ?? 0
  }

  /** The port of the HTTP API; 0 when there is none. */
  get managementPort(): number {
    return this.#management?.address?.port ?? 0
  }

  /** What management works with, also where there is no HTTP API: for definitions in and out. Once started. */
  get managementServices(): ManagementServices {
    return this.#management!.services
  }

  /** The way to the queues, past what {@link Surroundings.seams} put there: for those who look on. */
  get shardPort(): ShardPort {
    return this.#shard
  }

  /** False while something that was done waits for the end of this turn of the loop, or for the disk. */
  get isSettled(): boolean {
    if (!this.#hub.isIdle) return false
    // A full disk takes nothing, however long one waits.
    let isDurable = this.alarms.active.has('disk')
    this.#shard.log.whenSynced(() => {
      isDurable = true
    })
    return isDurable
  }

  /** `amqp://host:port` of the first TCP listener. */
  get url(): string {
    const listener = this.#listeners.find(({ scheme }) => scheme === 'amqp')
    if (listener === undefined) return ''
    const { host, port } = listener
    return `amqp://${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  /**
   * Stops listening, stops deliveries, takes acknowledgements that are on their way, closes connections with 320 and
   * frees everything. May be called twice; the second call waits for the first.
   */
  stop(reason = 'shutdown'): Promise<void> {
    this.#stopped ??= this.#stop(reason)
    return this.#stopped
  }

  async #stop(reason: string): Promise<void> {
    const closed = Promise.all([
      ...this.#listeners.map((listener) => listener.close()),
      this.#management?.close(),
      this.#statistics?.close(),
    ])
    for (const connection of this.connections.all()) connection.stopDeliveries()
    if (this.connections.size > 0) await turns(LATE_ACK_TURNS)
    const text = `broker forced connection closure with reason '${reason}'`
    for (const connection of [...this.connections.all()]) connection.shutDown(text)
    await within(this.connections.whenEmpty(), STOP_TIMEOUT_MS)
    for (const connection of [...this.connections.all()]) connection.drop()
    this.#eventExchange?.close()
    this.#memory.stop()
    this.#timers.close()
    this.#machineTimers.close()
    await this.#storage.close()
    this.#shard?.close()
    await within(closed, STOP_TIMEOUT_MS)
    // Handles that were closed leave the loop with its next turn.
    await turns(1)
  }

  /** Takes a peer, at the other end of any kind of transport. It may owe the header of the PROXY protocol. */
  accept(accepted: OpenableTransport, owesProxyHeader: boolean): void {
    const transport = this.#seams.transport?.(accepted) ?? accepted
    if (this.#stopped !== undefined) transport.destroy()
    else transport.open(new Connection(this.#services, transport, owesProxyHeader))
  }

  #connectionServices(
    chain: AuthChain,
    authorizer: Authorizer,
    randomOctets: (count: number) => Buffer,
  ): ConnectionServices {
    const { options } = this
    const port = this.#port
    return {
      doors: this.#seams.doors?.(this.doors) ?? this.doors,
      permissions: authorizer,
      shards: { portFor: () => port, all: [port] },
      tracing: new Firehose(this.doors.topology, this.#ownPublisher, options.nodeName),
      gate: new NodeGate({
        nodeName: options.nodeName,
        chain,
        authorizer,
        mechanisms: saslMechanisms(options),
        registry: this.connections,
        vhostLimits: (name) => this.doors.topology.vhosts.get(name)?.limits,
        userLimits: (name) => this.users.user(name)?.limits ?? {},
        maxConnections: options.maxConnections,
        channelMaxPerNode: options.channelMaxPerNode,
      }),
      registry: this.connections,
      replyTo: new ReplyToDirectory(randomOctets),
      timers: this.#machineTimers,
      clock: this.#timers.clock,
      logger: inCategory(this.#logger, 'connection'),
      hub: this.#hub,
      stashes: new StashPool(),
      reader: new ByteReader(),
      serverProperties: serverProperties({
        product: options.productName,
        version: options.productVersion,
        rabbitmqVersion: options.rabbitmqVersion,
        clusterName: options.clusterName,
        extra: options.serverProperties,
      }),
      options: {
        handshakeTimeoutMs: options.handshakeTimeoutMs,
        heartbeatSeconds: options.heartbeatSeconds,
        frameMax: options.frameMax,
        initialFrameMax: options.initialFrameMax,
        channelMax: options.channelMax,
        unsentBytesMax: UNSENT_BYTES_MAX,
      },
      channelLimits: {
        maxMessageSizeBytes: options.maxMessageSizeBytes,
        heldBytes: HeldBytes.within(options.totalMemoryBytes),
        consumerMaxPerChannel: options.consumerMaxPerChannel,
        defaultConsumerPrefetch: options.defaultConsumerPrefetch,
      },
      alarms: this.alarms,
    }
  }
}

function hashingOf({ passwordHashing }: BrokerOptions): HashingAlgorithm {
  return `rabbit_password_hashing_${passwordHashing}`
}

function saslMechanisms(options: BrokerOptions): SaslMechanisms {
  return SaslMechanisms.builtIn({
    enabled: options.authMechanisms,
    anonymous: { user: options.anonymousLoginUser ?? 'none', password: options.anonymousLoginPass },
    external: {
      loginFrom: options.sslCertLoginFrom,
      sanType: options.sslCertLoginSanType,
      sanIndex: options.sslCertLoginSanIndex,
    },
  })
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise<void>((resolve) => setImmediate(resolve))
}

async function within(done: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([done, late])
  clearTimeout(timer)
}
