import { detectedMemoryBytes } from '../util/machine-memory.js'
import type { Origin } from './assignment.js'
import type {
  BrokerOptions,
  ListenerAddress,
  ListenerOptions,
  ManagementTlsOptions,
  MemoryWatermark,
  PasswordRuleSetting,
  TlsOptions,
} from './broker-options.js'
import { ConfigError } from './config-error.js'
import { definitionsSourceOf, vhostDefaultsOf } from './first-boot.js'
import { formatListenerAddress } from './listener-spec.js'
import { logOptionsOf } from './log-assembly.js'
import type { OptionName, OptionValues } from './options.js'

/** Joins the single values into what the broker is given. Throws {@link ConfigError} when values contradict. */
export function assemble(values: OptionValues, origins: ReadonlyMap<OptionName, Origin>): BrokerOptions {
  const tls = tlsOf(values)
  if (values.listenersTls.length > 0 && tls === undefined) {
    throw new ConfigError('listeners.ssl needs ssl_options.certfile and ssl_options.keyfile')
  }
  return deepFreeze({
    listeners: listenersOf(values, origins),
    tls,
    proxyProtocol: values.proxyProtocol,
    reverseDnsLookups: values.reverseDnsLookups,
    listenBacklog: values.listenBacklog,
    tcpNoDelay: values.tcpNoDelay,
    tcpKeepAlive: values.tcpKeepAlive,
    handshakeTimeoutMs: values.handshakeTimeoutMs,
    tlsHandshakeTimeoutMs: values.tlsHandshakeTimeoutMs,
    heartbeatSeconds: values.heartbeatSeconds,
    frameMax: values.frameMax,
    initialFrameMax: values.initialFrameMax,
    channelMax: values.channelMax,
    maxMessageSizeBytes: values.maxMessageSizeBytes,
    maxConnections: values.maxConnections,
    channelMaxPerNode: values.channelMaxPerNode,
    consumerMaxPerChannel: values.consumerMaxPerChannel,
    vhostMax: values.vhostMax,
    queueMax: values.queueMax,
    exchangeMax: values.exchangeMax,
    defaultUser: values.defaultUser,
    defaultPass: values.defaultPass,
    defaultVhost: values.defaultVhost,
    defaultPermissions: {
      configure: values.defaultConfigure,
      write: values.defaultWrite,
      read: values.defaultRead,
    },
    defaultUserTags: values.defaultUserTags,
    vhostDefaults: vhostDefaultsOf(values),
    loopbackUsers: values.loopbackUsers,
    authMechanisms: values.authMechanisms,
    anonymousLoginUser: values.anonymousLoginUser,
    anonymousLoginPass: values.anonymousLoginPass,
    sslCertLoginFrom: values.sslCertLoginFrom,
    sslCertLoginSanType: values.sslCertLoginSanType,
    sslCertLoginSanIndex: values.sslCertLoginSanIndex,
    passwordHashing: values.passwordHashing,
    passwordRule: passwordRuleOf(values),
    memoryHighWatermark: watermarkOf(values),
    totalMemoryBytes: values.totalMemoryBytes,
    memoryMonitorIntervalMs: values.memoryMonitorIntervalMs,
    consumerTimeoutMs: values.consumerTimeoutMs,
    defaultConsumerPrefetch: values.defaultConsumerPrefetch,
    defaultQueueType: values.defaultQueueType,
    clusterName: values.clusterName ?? values.nodeName,
    nodeName: values.nodeName,
    productName: values.productName,
    productVersion: values.productVersion,
    rabbitmqVersion: values.rabbitmqVersion,
    serverProperties: values.serverProperties,
    logLevel: values.logLevel,
    log: logOptionsOf(values, origins),
    dataDir: values.dataDir,
    sync: values.sync,
    cleaningShare: values.cleaningShare,
    messageMemoryBytes: values.messageMemoryBytes ?? messageMemoryBytesOf(values.totalMemoryBytes),
    diskFreeLimit:
      values.diskFreeRelative === undefined
        ? { absoluteBytes: values.diskFreeAbsoluteBytes }
        : { relative: values.diskFreeRelative },
    managementPort: values.managementTlsPort ?? portBeside(values, origins, 'managementPort'),
    managementHost:
      values.managementTlsPort === undefined
        ? values.managementHost
        : (values.managementTlsHost ?? values.managementHost),
    managementBodyBytesMax: values.managementBodyBytesMax,
    tracingDir: values.tracingDir,
    managementSessionMinutes: values.managementSessionMinutes,
    managementPathPrefix: pathPrefixOf(values.managementPathPrefix),
    managementCorsOrigins: values.managementCorsOrigins,
    managementCorsMaxAgeSeconds: values.managementCorsMaxAgeSeconds,
    managementTls: managementTlsOf(values),
    trackLoginSources: values.trackLoginSources,
    eventExchange: values.eventExchange,
    eventExchangeVhost: values.eventExchangeVhost,
    statisticsIntervalMs: values.statisticsIntervalMs,
    prometheusPort: portBeside(values, origins, 'prometheusPort'),
    prometheusHost: values.prometheusHost,
    prometheusPerObject: values.prometheusPerObject,
    loadDefinitions: definitionsSourceOf(values),
  })
}

/** `bind` and `amqp_port` each replace their half of the listed addresses; addresses that become equal are one. */
function listenersOf(values: OptionValues, origins: ReadonlyMap<OptionName, Origin>): ListenerOptions {
  const listed = origins.get('listenersTcp')?.kind !== 'default'
  const host = isOverruled(origins.get('bind'), listed) ? undefined : values.bind
  const port = isOverruled(origins.get('amqpPort'), listed) ? undefined : values.amqpPort
  // RabbitMQ's port variable alone opens that port on every interface; ours keeps to loopback unless told otherwise.
  return {
    tcp: moved(values.listenersTcp, host, port),
    tls: moved(values.listenersTls, host, undefined),
    unix: values.listenersUnix,
  }
}

function isOverruled(origin: Origin | undefined, listed: boolean): boolean {
  return listed && origin?.kind === 'environment' && origin.weak
}

function moved(
  addresses: readonly ListenerAddress[],
  host: string | undefined,
  port: number | undefined,
): ListenerAddress[] {
  const unique = new Map<string, ListenerAddress>()
  for (const address of addresses) {
    const changed: ListenerAddress = {
      host: host ?? address.host,
      port: port ?? address.port,
      ...(host === undefined && address.optional ? { optional: true } : {}),
    }
    const key = formatListenerAddress(changed)
    if (!unique.has(key)) unique.set(key, changed)
  }
  return [...unique.values()]
}

function tlsOf(values: OptionValues): TlsOptions | undefined {
  if (values.tlsCertFile === undefined && values.tlsKeyFile === undefined) return undefined
  if (values.tlsCertFile === undefined || values.tlsKeyFile === undefined) {
    throw new ConfigError('ssl_options.certfile and ssl_options.keyfile are needed together')
  }
  return {
    certFile: values.tlsCertFile,
    keyFile: values.tlsKeyFile,
    caFile: values.tlsCaFile,
    keyPassword: values.tlsKeyPassword,
    verify: values.tlsVerify,
    failIfNoPeerCert: values.tlsFailIfNoPeerCert,
    versions: values.tlsVersions,
    ciphers: values.tlsCiphers,
    honorCipherOrder: values.tlsHonorCipherOrder,
  }
}

const VALIDATOR = 'credential_validator.validation_backend'

/** Whoever lets the system choose the port of AMQP does not want a fixed one here, unless it was asked for. */
function portBeside(
  values: OptionValues,
  origins: ReadonlyMap<OptionName, Origin>,
  name: 'managementPort' | 'prometheusPort',
): number {
  const isAsked = origins.get(name)?.kind !== 'default'
  return values.amqpPort === 0 && !isAsked ? 0 : values[name]
}

/** With a slash before it and none after it. */
function pathPrefixOf(text: string): string {
  const bare = text.replace(/^\/+|\/+$/g, '')
  return bare === '' ? '' : `/${bare}`
}

function managementTlsOf(values: OptionValues): ManagementTlsOptions | undefined {
  const { managementTlsPort, managementTlsCertFile: certFile, managementTlsKeyFile: keyFile } = values
  if (managementTlsPort === undefined) return undefined
  if (certFile === undefined || keyFile === undefined) {
    throw new ConfigError('management.ssl.port needs management.ssl.certfile and management.ssl.keyfile')
  }
  return {
    certFile,
    keyFile,
    caFile: values.managementTlsCaFile,
    keyPassword: values.managementTlsKeyPassword,
  }
}

function passwordRuleOf(values: OptionValues): PasswordRuleSetting {
  const { passwordValidator: kind, passwordMinLength: minLength, passwordRegexp: regexp } = values
  if (kind === 'everything') return { kind }
  if (kind === 'min-length') {
    if (minLength === undefined) throw new ConfigError(`${VALIDATOR} needs credential_validator.min_length`)
    return { kind, minLength }
  }
  if (regexp === undefined) throw new ConfigError(`${VALIDATOR} needs credential_validator.regexp`)
  return { kind, regexp }
}

function watermarkOf(values: OptionValues): MemoryWatermark {
  return values.memoryAbsoluteBytes === undefined
    ? { relative: values.memoryRelative }
    : { absoluteBytes: values.memoryAbsoluteBytes }
}

/** A 200th of the memory there is: what queues hold beyond that is read back ahead of its consumers. */
const MESSAGE_MEMORY_SHARE = 1 / 200
const MESSAGE_MEMORY_BYTES_MIN = 64 << 20
const MESSAGE_MEMORY_BYTES_MAX = 1 << 30

function messageMemoryBytesOf(totalMemoryBytes = detectedMemoryBytes()): number {
  const share = Math.floor(totalMemoryBytes * MESSAGE_MEMORY_SHARE)
  return Math.min(Math.max(share, MESSAGE_MEMORY_BYTES_MIN), MESSAGE_MEMORY_BYTES_MAX)
}

function deepFreeze<T extends object>(object: T): T {
  for (const inner of Object.values(object))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner)
  return Object.freeze(object)
}
