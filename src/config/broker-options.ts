import type { LineFormatOptions } from '../util/log/line-format.js'
import type { RotationOptions } from '../util/log/log-file.js'
import type { CategoryLevels, OutputLevel } from '../util/log/output-logger.js'
import type { LogLevel } from '../util/logger.js'

/**
 * Everything a broker can be told, resolved and checked. The keys of the configuration file, their defaults and their
 * documentation are declared in `options.ts`; parts of the broker are each handed their own share of this.
 * Limits that are off are `Infinity`.
 */
export interface BrokerOptions {
  /** Where peers connect. */
  readonly listeners: ListenerOptions
  /** Certificates and checks of the TLS listeners; undefined when none is configured. */
  readonly tls: TlsOptions | undefined
  /** True when every connection must begin with a PROXY protocol header, version 1 or 2. Default false. */
  readonly proxyProtocol: boolean
  /** Peers' addresses are resolved to names for connection names. Default false. */
  readonly reverseDnsLookups: boolean
  /** Connections the kernel may hold before they are accepted. Default 128. */
  readonly listenBacklog: number
  /** Small writes go out at once (TCP_NODELAY). Default true. */
  readonly tcpNoDelay: boolean
  /** The kernel probes idle connections (SO_KEEPALIVE). Default false. */
  readonly tcpKeepAlive: boolean

  /** From accept to connection.open, in milliseconds. Default 10000. */
  readonly handshakeTimeoutMs: number
  /** From accept to the end of the TLS handshake, in milliseconds. Default 5000. */
  readonly tlsHandshakeTimeoutMs: number
  /** The heartbeat that the server proposes, in seconds; 0 is none. Default 60. */
  readonly heartbeatSeconds: number
  /** The largest frame that the server proposes, in bytes, with header and end; 0 is no limit. Default 131072. */
  readonly frameMax: number
  /** The largest frame before tune-ok, in bytes. Default 8192. */
  readonly initialFrameMax: number
  /** Channels per connection that the server proposes; 0 is 65535. Default 2047. */
  readonly channelMax: number
  /** The largest message body, in bytes. Default 16777216, at most 536870912. */
  readonly maxMessageSizeBytes: number

  /** Connections of the node. Default Infinity. */
  readonly maxConnections: number
  /** Channels of the node. Default Infinity. */
  readonly channelMaxPerNode: number
  /** Consumers of one channel. Default Infinity. */
  readonly consumerMaxPerChannel: number
  /** Virtual hosts. Default Infinity. */
  readonly vhostMax: number
  /** Queues of the node or cluster. Default Infinity. */
  readonly queueMax: number
  /** Exchanges of the node or cluster, predeclared ones included. Default Infinity. */
  readonly exchangeMax: number

  /** Created on the first boot of an empty node. Default 'guest'. */
  readonly defaultUser: string
  /** Default 'guest'. */
  readonly defaultPass: string
  /** Default '/'. */
  readonly defaultVhost: string
  /** What the default user may do in the default vhost. Default '.*' each. */
  readonly defaultPermissions: PermissionPatterns
  /** Tags of the default user. Default ['administrator']. */
  readonly defaultUserTags: readonly string[]
  /** What every new vhost gets, the first one included. Default nothing. */
  readonly vhostDefaults: VhostDefaultsOptions
  /** Users who may connect from a loopback address only. Default ['guest']. */
  readonly loopbackUsers: readonly string[]
  /** SASL mechanisms in the order in which they are announced. Default PLAIN, AMQPLAIN, ANONYMOUS. */
  readonly authMechanisms: readonly AuthMechanismName[]
  /** Who a peer of SASL ANONYMOUS is; undefined refuses it. Default 'guest'. */
  readonly anonymousLoginUser: string | undefined
  /** Default 'guest'. */
  readonly anonymousLoginPass: string
  /** Which part of a client certificate names the user of SASL EXTERNAL. Default 'distinguished_name'. */
  readonly sslCertLoginFrom: CertificateNameSource
  /** The kind of alternative name used. Default 'dns'. */
  readonly sslCertLoginSanType: CertificateSanType
  /** Which of several alternative names of that kind, from 0. Default 0. */
  readonly sslCertLoginSanIndex: number
  /** How new passwords are hashed. Default 'sha256'. */
  readonly passwordHashing: PasswordHashingName
  /** What passwords that are set must be like. Default: anything. */
  readonly passwordRule: PasswordRuleSetting

  /** Memory use above which publishers are blocked. Default 0.6 of what the machine or cgroup has. */
  readonly memoryHighWatermark: MemoryWatermark
  /** Memory to assume instead of what was detected, in bytes; undefined detects it. */
  readonly totalMemoryBytes: number | undefined
  /** How often memory use is looked at, in milliseconds. Default 2500. */
  readonly memoryMonitorIntervalMs: number

  /** How long a delivery may stay unacknowledged, in milliseconds; Infinity for ever. Default 1800000. */
  readonly consumerTimeoutMs: number
  /** The prefetch of a consumer whose channel set none; 0 is no limit. Default 0. */
  readonly defaultConsumerPrefetch: number
  /** The type of a queue that is declared without one. Default 'classic'. */
  readonly defaultQueueType: QueueTypeName

  /** Default: the node's name. */
  readonly clusterName: string
  /** Default 'leveret@' and the host's name. */
  readonly nodeName: string
  /** `product` of the server properties. Default 'Leveret'. */
  readonly productName: string
  /** `version` of the server properties. Default: the package's version. */
  readonly productVersion: string
  /** The RabbitMQ release whose behaviour is offered: `rabbitmq_version` of the server properties. '4.3.6'. */
  readonly rabbitmqVersion: string
  /** Further server properties, by key; they win over the built-in ones. Default none. */
  readonly serverProperties: Readonly<Record<string, string>>

  /** The level of what has none of its own. Default 'info'. */
  readonly logLevel: LogLevel
  /** Where the `leveret` command writes its log; a program that embeds a broker hands in a logger instead. */
  readonly log: LogOptions
  /** Where durable state is kept; undefined keeps everything in memory. Default undefined. */
  readonly dataDir: string | undefined
  /** What a confirm of a durable message waits for. Default 'always': the fdatasync that covers it. */
  readonly sync: SyncPolicy
  /**
   * Share of the time, 0 to 1, that rewriting mostly dead files may take while there is other work. Default 0.5. It does
   * not hold when the files take much more than what is live in them, nor while the disk alarm stands.
   */
  readonly cleaningShare: number
  /**
   * Octets of messages kept in memory when there is a data directory; the rest is left to the files. Default: a share
   * of the memory there is, see `messageMemoryBytesOf`.
   */
  readonly messageMemoryBytes: number
  /** Free disk space below which publishers are blocked. Default 50 MB. */
  readonly diskFreeLimit: DiskFreeLimit
  /** TCP port of the HTTP API, 0 for a free one; undefined for none. Default 15672, but none for embedding programs. */
  readonly managementPort: number | undefined
  /** Address on which it listens. Default '127.0.0.1'. */
  readonly managementHost: string
  /** Put before every path of it: '/broker', or ''. Default ''. */
  readonly managementPathPrefix: string
  /** Octets of the largest body of a request to it. Default 10 million. */
  readonly managementBodyBytesMax: number
  /** Where files of traces are; undefined is a folder of its own, see `TraceFiles`. Default undefined. */
  readonly tracingDir: string | undefined
  /** How long a login to its pages lasts, in minutes; undefined is eight hours. Default undefined. */
  readonly managementSessionMinutes: number | undefined
  /** Sites whose pages may use it; '*' for all. Default none. */
  readonly managementCorsOrigins: readonly string[]
  /** How long a browser may remember that, in seconds. Default 1800. */
  readonly managementCorsMaxAgeSeconds: number
  /** With it the HTTP API speaks TLS. Default undefined. */
  readonly managementTls: ManagementTlsOptions | undefined
  /** Logins are counted by user and address too. Default false. */
  readonly trackLoginSources: boolean
  /** Events of the broker are published to `amq.rabbitmq.event`. Default false. */
  readonly eventExchange: boolean
  /** The vhost of that exchange; undefined is the default vhost. */
  readonly eventExchangeVhost: string | undefined
  /** How often counters are sampled for rates, in milliseconds. Default 5000. */
  readonly statisticsIntervalMs: number
  /** TCP port for Prometheus, 0 for a free one; undefined for none. Default 15692, but none for embedding programs. */
  readonly prometheusPort: number | undefined
  /** Address on which it listens. Default '127.0.0.1'. */
  readonly prometheusHost: string
  /** `/metrics` has a series for each queue and exchange. Default false. */
  readonly prometheusPerObject: boolean
  /** Definitions that are imported at every start. Default undefined. */
  readonly loadDefinitions: DefinitionsSource | undefined
}

/** Where definitions are imported from at a start. */
export interface DefinitionsSource {
  /** A file, or a folder whose `*.json` are read in the order of their names; or a file on a web server. */
  readonly from:
    | { readonly path: string }
    | { readonly url: string; readonly tls: DefinitionsTlsOptions | undefined }
  /** With it, definitions whose hash is that of the last import are left alone. */
  readonly skipIfUnchanged: DefinitionsHash | undefined
}

/** How the server of definitions is met. Files are PEM. */
export interface DefinitionsTlsOptions {
  readonly caFile: string | undefined
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
  readonly keyPassword: string | undefined
  readonly verify: 'verify_none' | 'verify_peer'
}

export type DefinitionsHash = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

/** What new vhosts get by their names. Patterns are regular expressions. */
export interface VhostDefaultsOptions {
  readonly users: readonly DefaultVhostUser[]
  readonly operatorPolicies: readonly DefaultOperatorPolicy[]
  /** The first that matches decides. */
  readonly limits: readonly DefaultVhostLimits[]
}

export interface DefaultVhostUser {
  readonly name: string
  readonly vhostPattern: string
  /** Undefined for one that nobody knows. */
  readonly password: string | undefined
  readonly permissions: PermissionPatterns
  readonly tags: readonly string[]
}

export interface DefaultOperatorPolicy {
  readonly name: string
  readonly vhostPattern: string
  readonly queuePattern: string
  readonly applyTo: string
  /** Keys as policies have them: `max-length`. */
  readonly definition: Readonly<Record<string, number>>
}

export interface DefaultVhostLimits {
  readonly vhostPattern: string
  readonly maxConnections: number | undefined
  readonly maxQueues: number | undefined
}

/** What the HTTP API shows over TLS. Files are PEM. */
export interface ManagementTlsOptions {
  readonly certFile: string
  readonly keyFile: string
  readonly caFile: string | undefined
  /** Opens an encrypted key. */
  readonly keyPassword: string | undefined
}

/** The outputs of the log; those that are undefined are off. */
export interface LogOptions {
  /** Lines to a stream of the process. Default: stderr. */
  readonly console: (LogOutputOptions & { readonly stream: 'stderr' | 'stdout' }) | undefined
  /** Lines to a file, by its path. Default undefined. */
  readonly file:
    | (LogOutputOptions & { readonly path: string; readonly rotation: RotationOptions })
    | undefined
  /** Messages to `amq.rabbitmq.log` of the default vhost. Default undefined. */
  readonly exchange: LogOutputOptions | undefined
  /** Of categories that have a level of their own. Default none. */
  readonly categoryLevels: CategoryLevels
}

export interface LogOutputOptions {
  readonly level: OutputLevel
  readonly format: LineFormatOptions
}

/** The addresses on which a broker listens for AMQP. */
export interface ListenerOptions {
  /** Plain TCP. Default port 5672 on 127.0.0.1 and ::1. */
  readonly tcp: readonly ListenerAddress[]
  /** TLS; needs {@link BrokerOptions.tls}. Default none. */
  readonly tls: readonly ListenerAddress[]
  /** Paths of Unix domain sockets. Default none. */
  readonly unix: readonly string[]
}

/** One TCP address to listen on. */
export interface ListenerAddress {
  /** An IP address without brackets, or a host name; '::' is every interface, IPv4 too. */
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  /** True for an address nobody asked for by name: a machine without it (no IPv6) starts all the same. */
  readonly optional?: boolean
}

/** What a TLS listener shows and asks for. Files are PEM. */
export interface TlsOptions {
  readonly certFile: string
  readonly keyFile: string
  /** Certificates of the authorities whose clients are trusted; undefined uses the system's. */
  readonly caFile: string | undefined
  /** Opens an encrypted key. */
  readonly keyPassword: string | undefined
  /** 'verify_peer' asks for a client certificate and checks it. Default 'verify_none'. */
  readonly verify: 'verify_none' | 'verify_peer'
  /** Refuses a peer without a certificate; only with verify_peer. Default false. */
  readonly failIfNoPeerCert: boolean
  /** Default both. */
  readonly versions: readonly TlsVersion[]
  /** OpenSSL names; empty leaves the choice to Node. */
  readonly ciphers: readonly string[]
  /** The server's order of ciphers wins. Default true. */
  readonly honorCipherOrder: boolean
}

/** Patterns of the resource names on which a user may act, as permissions carry them. */
export interface PermissionPatterns {
  readonly configure: string
  readonly write: string
  readonly read: string
}

/** A share of the memory there is (0 blocks always), or bytes. */
export type MemoryWatermark = { readonly relative: number } | { readonly absoluteBytes: number }

/** When what was written is synced; the interval in milliseconds. */
export type SyncPolicy =
  | { readonly kind: 'always' }
  | { readonly kind: 'interval'; readonly intervalMs: number }
  | { readonly kind: 'os' }

/** A multiple of the memory there is, or bytes. */
export type DiskFreeLimit = { readonly relative: number } | { readonly absoluteBytes: number }

export const AUTH_MECHANISM_NAMES = ['PLAIN', 'AMQPLAIN', 'ANONYMOUS', 'EXTERNAL'] as const
export type AuthMechanismName = (typeof AUTH_MECHANISM_NAMES)[number]

export const CERTIFICATE_NAME_SOURCES = [
  'distinguished_name',
  'common_name',
  'subject_alternative_name',
] as const
export type CertificateNameSource = (typeof CERTIFICATE_NAME_SOURCES)[number]

export const CERTIFICATE_SAN_TYPES = ['dns', 'ip', 'email', 'uri', 'other_name'] as const
export type CertificateSanType = (typeof CERTIFICATE_SAN_TYPES)[number]

export const PASSWORD_HASHING_NAMES = ['sha256', 'sha512', 'md5'] as const
export type PasswordHashingName = (typeof PASSWORD_HASHING_NAMES)[number]

export type PasswordValidatorName = PasswordRuleSetting['kind']

/** What passwords must be like: anything, so many characters, or with a pattern in them. */
export type PasswordRuleSetting =
  | { readonly kind: 'everything' }
  | { readonly kind: 'min-length'; readonly minLength: number }
  | { readonly kind: 'regexp'; readonly regexp: string }

export const QUEUE_TYPE_NAMES = ['classic', 'quorum', 'stream'] as const
export type QueueTypeName = (typeof QUEUE_TYPE_NAMES)[number]

export const TLS_VERSIONS = ['tlsv1.2', 'tlsv1.3'] as const
export type TlsVersion = (typeof TLS_VERSIONS)[number]
