import { hostname } from 'node:os'
import { PACKAGE_VERSION } from '../util/package-version.js'
import {
  AUTH_MECHANISM_NAMES,
  type AuthMechanismName,
  CERTIFICATE_SAN_TYPES,
  type CertificateNameSource,
  type DefinitionsHash,
  type ListenerAddress,
  type PasswordHashingName,
  type PasswordValidatorName,
  QUEUE_TYPE_NAMES,
  type QueueTypeName,
  type SyncPolicy,
  TLS_VERSIONS,
  type TlsVersion,
} from './broker-options.js'
import { LOG_OPTIONS } from './log-options.js'
import { groups, list, map, members, type OptionSpec, optional, value } from './option-spec.js'
import {
  BIND_ADDRESS,
  BOOLEAN,
  bytes,
  integer,
  LISTENER,
  limit,
  MULTIPLE,
  milliseconds,
  millisecondsOrNever,
  namedAs,
  oneOf,
  PORT,
  SHARE,
  SYNC_POLICY,
  seconds,
  TEXT,
  type ValueType,
  WORDS,
} from './value-types.js'

const CERTIFICATE_NAMES: Readonly<Record<string, CertificateNameSource>> = {
  distinguished_name: 'distinguished_name',
  common_name: 'common_name',
  subject_alternative_name: 'subject_alternative_name',
  subject_alt_name: 'subject_alternative_name',
}

const PASSWORD_HASHINGS: Readonly<Record<string, PasswordHashingName>> = {
  rabbit_password_hashing_sha256: 'sha256',
  rabbit_password_hashing_sha512: 'sha512',
  rabbit_password_hashing_md5: 'md5',
  sha256: 'sha256',
  sha512: 'sha512',
  md5: 'md5',
}

const DEFINITIONS_HASHES: Readonly<Record<string, DefinitionsHash>> = {
  sha: 'sha1',
  sha224: 'sha224',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
}

/** What a policy of every new virtual host may say: keys of operator policies, with underscores. */
const DEFAULT_POLICY_KEYS = {
  expires: { type: milliseconds(1) },
  message_ttl: { type: milliseconds() },
  max_length: { type: integer() },
  max_length_bytes: { type: bytes() },
  max_in_memory_length: { type: integer() },
  max_in_memory_bytes: { type: bytes() },
  delivery_limit: { type: integer() },
}

const LOOPBACK_LISTENERS: readonly ListenerAddress[] = [
  { host: '127.0.0.1', port: 5672 },
  { host: '::1', port: 5672, optional: true },
]

/**
 * Every option of the server, declared once. The configuration file, the environment, the command line, the printed
 * configuration and the reference documentation are all read from here.
 */
export const OPTIONS = {
  listenersTcp: list(
    'listeners.tcp',
    LISTENER,
    LOOPBACK_LISTENERS,
    'Addresses for AMQP without TLS. A port alone is every interface; with no setting at all it is port 5672 on loopback.',
  ),
  listenersTls: list('listeners.ssl', LISTENER, [], 'Addresses for AMQP with TLS, usually port 5671.'),
  listenersUnix: list('listeners.unix', TEXT, [], 'Paths of Unix domain sockets for AMQP.'),
  bind: optional('bind', BIND_ADDRESS, 'Replaces the host of every TCP and TLS listener.', {
    flag: { name: 'bind', placeholder: 'ADDR' },
    environment: [{ name: 'RABBITMQ_NODE_IP_ADDRESS', weak: true }],
  }),
  amqpPort: optional('amqp_port', PORT, 'Replaces the port of every TCP listener; 0 picks a free one.', {
    flag: { name: 'amqp-port', placeholder: 'N' },
    environment: [{ name: 'RABBITMQ_NODE_PORT', weak: true }],
  }),
  managementPort: value(
    'management.tcp.port',
    PORT,
    15_672,
    'Port of the HTTP API; 0 picks a free one, as it does by default where amqp_port is 0.',
    {
      flag: { name: 'management-port', placeholder: 'N' },
      aliases: ['management.listener.port'],
    },
  ),
  managementHost: value(
    'management.tcp.ip',
    BIND_ADDRESS,
    '127.0.0.1',
    'Address on which the HTTP API listens; `bind` does not change it.',
    { aliases: ['management.listener.ip'] },
  ),
  managementSessionMinutes: optional(
    'management.login_session_timeout',
    integer(1, 525_600),
    'How long a login to the management pages lasts, in minutes; by default eight hours.',
  ),
  managementPathPrefix: value('management.path_prefix', TEXT, '', 'Put before every path of the HTTP API.'),
  managementBodyBytesMax: value(
    'management.http.max_body_size',
    bytes(1),
    10_000_000,
    'The largest body of a request to the HTTP API.',
  ),
  tracingDir: optional(
    'tracing.dir',
    TEXT,
    'Where files of traces are; without it the folder traces in data_dir, or one for the node in that of temporary files.',
  ),
  managementCorsOrigins: list(
    'management.cors.allow_origins',
    TEXT,
    [],
    'Sites whose pages may use the HTTP API, or *.',
  ),
  managementCorsMaxAgeSeconds: value(
    'management.cors.max_age',
    integer(0),
    1800,
    'How long a browser may remember that, in seconds.',
  ),
  managementTlsPort: optional(
    'management.ssl.port',
    PORT,
    'Port of the HTTP API with TLS, instead of the plain one.',
  ),
  managementTlsHost: optional('management.ssl.ip', BIND_ADDRESS, 'Address of the HTTP API with TLS.'),
  managementTlsCertFile: optional('management.ssl.certfile', TEXT, 'Its certificate, PEM.'),
  managementTlsKeyFile: optional('management.ssl.keyfile', TEXT, 'Its private key, PEM.'),
  managementTlsCaFile: optional('management.ssl.cacertfile', TEXT, 'Certificates sent along with it, PEM.'),
  managementTlsKeyPassword: optional('management.ssl.password', TEXT, 'Opens an encrypted key.', {
    secret: true,
  }),
  trackLoginSources: value(
    'track_auth_attempt_source',
    BOOLEAN,
    false,
    'Whether logins are counted by user and address too, for /api/auth/attempts/NODE/source.',
  ),
  eventExchange: value(
    'event_exchange',
    BOOLEAN,
    false,
    'Whether events of the broker are published to amq.rabbitmq.event.',
  ),
  eventExchangeVhost: optional(
    'event_exchange.vhost',
    TEXT,
    'The virtual host of that exchange; by default the default one.',
  ),
  statisticsIntervalMs: value(
    'collect_statistics_interval',
    milliseconds(100),
    5000,
    'How often counters are sampled for rates.',
  ),
  prometheusPort: value('prometheus.tcp.port', PORT, 15_692, 'Port for Prometheus; 0 picks a free one.', {
    flag: { name: 'prometheus-port', placeholder: 'N' },
  }),
  prometheusHost: value(
    'prometheus.tcp.ip',
    BIND_ADDRESS,
    '127.0.0.1',
    'Address on which Prometheus may scrape; `bind` does not change it.',
  ),
  prometheusPerObject: value(
    'prometheus.return_per_object_metrics',
    BOOLEAN,
    false,
    'Whether /metrics has a series for each queue and exchange rather than sums.',
  ),
  definitionsBackend: value<'local_filesystem' | 'https'>(
    'definitions.import_backend',
    oneOf('local_filesystem', 'https'),
    'local_filesystem',
    'Where definitions are imported from at every start.',
  ),
  definitionsUrl: optional(
    'definitions.https.url',
    TEXT,
    'A definitions file on a web server; with definitions.import_backend = https.',
  ),
  definitionsTlsCaFile: optional('definitions.tls.cacertfile', TEXT, "That server's authorities, PEM."),
  definitionsTlsCertFile: optional('definitions.tls.certfile', TEXT, 'Our certificate for it, PEM.'),
  definitionsTlsKeyFile: optional('definitions.tls.keyfile', TEXT, 'Its private key, PEM.'),
  definitionsTlsKeyPassword: optional('definitions.tls.password', TEXT, 'Opens an encrypted key.', {
    secret: true,
  }),
  definitionsTlsVerify: value<'verify_none' | 'verify_peer'>(
    'definitions.tls.verify',
    oneOf('verify_none', 'verify_peer'),
    'verify_peer',
    "Whether that server's certificate is checked.",
  ),
  definitionsSkipUnchanged: value(
    'definitions.skip_if_unchanged',
    BOOLEAN,
    false,
    'Whether definitions that are those of the last start are left alone.',
  ),
  definitionsHash: value<DefinitionsHash>(
    'definitions.hashing.algorithm',
    namedAs(DEFINITIONS_HASHES),
    'sha256',
    'How that is found out.',
  ),
  loadDefinitions: optional(
    'load_definitions',
    TEXT,
    'A definitions file, or a folder of them, imported at every start.',
    { aliases: ['management.load_definitions', 'definitions.local.path'] },
  ),
  proxyProtocol: value(
    'proxy_protocol',
    BOOLEAN,
    false,
    'Every connection must begin with a PROXY header, v1 or v2.',
  ),
  reverseDnsLookups: value(
    'reverse_dns_lookups',
    BOOLEAN,
    false,
    "Peers' host names appear in connection names.",
  ),
  listenBacklog: value(
    'tcp_listen_options.backlog',
    integer(1, 65_535),
    128,
    'Connections that the kernel may hold before they are accepted.',
  ),
  tcpNoDelay: value('tcp_listen_options.nodelay', BOOLEAN, true, 'Small writes go out at once.'),
  tcpKeepAlive: value('tcp_listen_options.keepalive', BOOLEAN, false, 'The kernel probes idle connections.'),

  handshakeTimeoutMs: value('handshake_timeout', milliseconds(1), 10_000, 'From accept to connection.open.'),
  tlsHandshakeTimeoutMs: value(
    'ssl_handshake_timeout',
    milliseconds(1),
    5000,
    'From accept to the end of the TLS handshake.',
  ),
  heartbeatSeconds: value(
    'heartbeat',
    seconds(0, 65_535),
    60,
    'The heartbeat that the server proposes; 0 is none.',
  ),
  frameMax: value(
    'frame_max',
    zeroOr(8192, 2 ** 31 - 1),
    131_072,
    'The largest frame that the server proposes, in bytes; 0 is no limit.',
  ),
  initialFrameMax: value(
    'initial_frame_max',
    integer(4096, 2 ** 31 - 1),
    8192,
    'The largest frame before tuning, in bytes. It bounds a token sent as a password.',
  ),
  channelMax: value(
    'channel_max',
    integer(0, 65_535),
    2047,
    'Channels per connection that the server proposes; 0 is 65535.',
    { aliases: ['max_channels_per_connection'] },
  ),
  maxMessageSizeBytes: value(
    'max_message_size',
    bytes(1, 536_870_912),
    16_777_216,
    'The largest message body.',
  ),

  maxConnections: value('max_connections', limit(), Infinity, 'Connections of the node.', {
    aliases: ['connection_max', 'ranch_connection_max'],
  }),
  channelMaxPerNode: value('channel_max_per_node', limit(), Infinity, 'Channels of the node.'),
  consumerMaxPerChannel: value('consumer_max_per_channel', limit(), Infinity, 'Consumers of one channel.'),
  vhostMax: value('vhost_max', limit(), Infinity, 'Virtual hosts.'),
  queueMax: value('cluster_queue_limit', limit(), Infinity, 'Queues of the node or cluster.'),
  exchangeMax: value('cluster_exchange_limit', limit(), Infinity, 'Exchanges of the node or cluster.'),

  defaultUser: value('default_user', TEXT, 'guest', 'Created on the first boot of an empty node.', {
    environment: [{ name: 'RABBITMQ_DEFAULT_USER' }],
  }),
  defaultPass: value('default_pass', TEXT, 'guest', "The default user's password.", {
    secret: true,
    environment: [{ name: 'RABBITMQ_DEFAULT_PASS' }],
  }),
  defaultVhost: value('default_vhost', TEXT, '/', 'The virtual host of the first boot.', {
    environment: [{ name: 'RABBITMQ_DEFAULT_VHOST' }],
  }),
  defaultConfigure: value(
    'default_permissions.configure',
    TEXT,
    '.*',
    'What the default user may configure.',
  ),
  defaultWrite: value('default_permissions.write', TEXT, '.*', 'What the default user may write.'),
  defaultRead: value('default_permissions.read', TEXT, '.*', 'What the default user may read.'),
  defaultUserTags: members('default_user_tags', BOOLEAN, ['administrator'], 'Tags of the default user.'),
  defaultUsers: groups(
    'default_users',
    {
      password: { type: TEXT, secret: true },
      vhost_pattern: { type: TEXT },
      configure: { type: TEXT },
      write: { type: TEXT },
      read: { type: TEXT },
      tags: { type: WORDS },
    },
    'Users who are made, and given permissions, with every new virtual host whose name matches.',
  ),
  defaultOperatorPolicies: groups(
    'default_policies.operator',
    {
      vhost_pattern: { type: TEXT },
      queue_pattern: { type: TEXT },
      apply_to: { type: oneOf('queues', 'classic_queues', 'quorum_queues', 'streams') },
      ...DEFAULT_POLICY_KEYS,
    },
    'Operator policies that every new virtual host has whose name matches.',
  ),
  defaultLimits: groups(
    'default_limits.vhosts',
    {
      pattern: { type: TEXT },
      max_connections: { type: limitOrNone() },
      max_queues: { type: limitOrNone() },
    },
    'Limits of every new virtual host whose name matches; the first that does decides.',
  ),
  // Naming another user must not open guest to the network by the way, hence additive.
  loopbackUsers: members(
    'loopback_users',
    BOOLEAN,
    ['guest'],
    'Users who may connect from loopback addresses only. Others are added to guest; guest = false or none opens it.',
    { additive: true },
  ),
  authMechanisms: list<AuthMechanismName>(
    'auth_mechanisms',
    oneOf(...AUTH_MECHANISM_NAMES),
    ['PLAIN', 'AMQPLAIN', 'ANONYMOUS'],
    'SASL mechanisms in the order in which they are announced.',
  ),
  anonymousLoginUser: value<string | undefined>(
    'anonymous_login_user',
    TEXT,
    'guest',
    'Who a peer of SASL ANONYMOUS is; none refuses such peers.',
    { none: undefined },
  ),
  anonymousLoginPass: value('anonymous_login_pass', TEXT, 'guest', 'The password of that user.', {
    secret: true,
  }),
  sslCertLoginFrom: value<CertificateNameSource>(
    'ssl_cert_login_from',
    namedAs(CERTIFICATE_NAMES),
    'distinguished_name',
    'Which part of a client certificate names the user of SASL EXTERNAL.',
  ),
  sslCertLoginSanType: value(
    'ssl_cert_login_san_type',
    oneOf(...CERTIFICATE_SAN_TYPES),
    'dns',
    'The kind of alternative name used.',
  ),
  sslCertLoginSanIndex: value(
    'ssl_cert_login_san_index',
    integer(),
    0,
    'Which of several alternative names of that kind, from 0.',
  ),
  passwordValidator: value<PasswordValidatorName>(
    'credential_validator.validation_backend',
    namedAs({
      rabbit_credential_validator_accept_everything: 'everything',
      rabbit_credential_validator_min_password_length: 'min-length',
      rabbit_credential_validator_password_regexp: 'regexp',
    }),
    'everything',
    'What passwords must be like when they are set: anything, long enough, or with a pattern in them.',
  ),
  passwordMinLength: optional(
    'credential_validator.min_length',
    integer(1, 1024),
    'Least length of a password, in characters.',
  ),
  passwordRegexp: optional('credential_validator.regexp', TEXT, 'What is looked for in a password.'),
  passwordHashing: value<PasswordHashingName>(
    'password_hashing_module',
    namedAs(PASSWORD_HASHINGS),
    'sha256',
    'How new passwords are hashed.',
  ),

  tlsCertFile: optional('ssl_options.certfile', TEXT, "The server's certificate, PEM."),
  tlsKeyFile: optional('ssl_options.keyfile', TEXT, "The server's private key, PEM."),
  tlsCaFile: optional('ssl_options.cacertfile', TEXT, 'Authorities whose clients are trusted, PEM.'),
  tlsKeyPassword: optional('ssl_options.password', TEXT, 'Opens an encrypted key.', { secret: true }),
  tlsVerify: value<'verify_none' | 'verify_peer'>(
    'ssl_options.verify',
    oneOf('verify_none', 'verify_peer'),
    'verify_none',
    'Set to verify_peer, a client certificate is asked for and checked.',
  ),
  tlsFailIfNoPeerCert: value(
    'ssl_options.fail_if_no_peer_cert',
    BOOLEAN,
    false,
    'Refuses a peer without a certificate; only with verify_peer.',
  ),
  tlsVersions: list<TlsVersion>(
    'ssl_options.versions',
    oneOf(...TLS_VERSIONS),
    TLS_VERSIONS,
    'TLS versions offered.',
  ),
  tlsCiphers: list(
    'ssl_options.ciphers',
    TEXT,
    [],
    "Cipher suites by OpenSSL's names; none leaves it to Node.",
  ),
  tlsHonorCipherOrder: value(
    'ssl_options.honor_cipher_order',
    BOOLEAN,
    true,
    "The server's order of ciphers wins.",
  ),

  memoryRelative: value(
    'vm_memory_high_watermark.relative',
    SHARE,
    0.6,
    'Share of the memory there is above which publishers are blocked.',
  ),
  memoryAbsoluteBytes: optional(
    'vm_memory_high_watermark.absolute',
    bytes(),
    'Memory use above which publishers are blocked; wins over the relative one.',
  ),
  totalMemoryBytes: optional(
    'total_memory_available_override_value',
    bytes(1),
    'Memory to assume instead of what was detected.',
  ),
  memoryMonitorIntervalMs: value(
    'memory_monitor_interval',
    milliseconds(1),
    2500,
    'How often memory use is looked at.',
  ),

  consumerTimeoutMs: value(
    'consumer_timeout',
    millisecondsOrNever(1),
    1_800_000,
    'How long a delivery may stay unacknowledged.',
  ),
  defaultConsumerPrefetch: value(
    'default_consumer_prefetch',
    integer(0, 65_535),
    0,
    'The prefetch of a consumer whose channel set none; 0 is no limit.',
  ),
  defaultQueueType: value<QueueTypeName>(
    'default_queue_type',
    oneOf(...QUEUE_TYPE_NAMES),
    'classic',
    'The type of a queue that is declared without one.',
  ),

  clusterName: optional(
    'cluster_name',
    TEXT,
    "Appears in the server properties; by default the node's name.",
  ),
  nodeName: value('node_name', TEXT, `leveret@${hostname()}`, 'Appears in the API, metrics and logs.', {
    environment: [{ name: 'RABBITMQ_NODENAME' }],
  }),
  productName: value('server_properties.product', TEXT, 'Leveret', 'The product that clients are told of.', {
    aliases: ['product.name'],
    environment: [{ name: 'RABBITMQ_PRODUCT_NAME' }],
  }),
  productVersion: value(
    'server_properties.version',
    TEXT,
    PACKAGE_VERSION,
    'The version that clients are told of.',
    {
      aliases: ['product.version'],
      environment: [{ name: 'RABBITMQ_PRODUCT_VERSION' }],
    },
  ),
  rabbitmqVersion: value(
    'server_properties.rabbitmq_version',
    TEXT,
    '4.3.6',
    'The RabbitMQ release whose behaviour clients are told to expect.',
  ),
  serverProperties: map('server_properties', TEXT, 'Further properties that clients are told of.'),

  ...LOG_OPTIONS,
  diskFreeRelative: optional(
    'disk_free_limit.relative',
    MULTIPLE,
    'Free disk space below which publishers are blocked, as a multiple of the memory there is.',
  ),
  diskFreeAbsoluteBytes: value(
    'disk_free_limit.absolute',
    bytes(),
    50_000_000,
    'Free disk space below which publishers are blocked; a relative one wins over it.',
  ),
  sync: value<SyncPolicy>(
    'sync',
    SYNC_POLICY,
    { kind: 'always' },
    'What the confirm of a durable message waits for: always (fdatasync), interval:MS or os (the write).',
  ),
  messageMemoryBytes: optional(
    'message_memory',
    bytes(1 << 20),
    'Messages kept in memory; the rest is left to the files. Without it, a 200th of the memory there is.',
  ),
  cleaningShare: value(
    'cleaning_share',
    SHARE,
    0.5,
    'Share of the time that gathering what is live out of mostly dead files may take while there is other work.',
  ),
  dataDir: optional('data_dir', TEXT, 'Where durable state is kept; without it everything is in memory.', {
    flag: { name: 'data-dir', placeholder: 'DIR' },
  }),
}

/** The name of an option inside the broker. */
export type OptionName = keyof typeof OPTIONS

/** The value of every option, before they are joined into {@link BrokerOptions}. */
export type OptionValues = {
  -readonly [Name in OptionName]: (typeof OPTIONS)[Name] extends OptionSpec<infer T> ? T : never
}

export const OPTION_NAMES = Object.keys(OPTIONS) as readonly OptionName[]

/** The variable that every option has: `heartbeat` is LEVERET_HEARTBEAT, `listeners.tcp` LEVERET_LISTENERS_TCP. */
export function environmentVariableOf(option: OptionSpec<unknown>): string {
  return `LEVERET_${option.key.replaceAll('.', '_').toUpperCase()}`
}

/** An integer, or -1 for no limit. */
function limitOrNone(): ValueType<number> {
  const finite = integer()
  return {
    expected: `${finite.expected}, or -1 for none`,
    parse: (text) => (text === '-1' ? -1 : finite.parse(text)),
  }
}

/** An integer that is 0 or within bounds. */
function zeroOr(min: number, max: number) {
  const bounded = integer(min, max)
  return {
    expected: `0 or ${bounded.expected}`,
    parse: (text: string) => (text === '0' ? 0 : bounded.parse(text)),
  }
}
