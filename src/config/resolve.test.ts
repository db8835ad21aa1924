import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseCommandLine } from './command-line.js'
import { OPTION_NAMES, OPTIONS } from './options.js'
import { printConfig } from './print-config.js'
import { type ResolvedOptions, resolveOptions, withDefaults } from './resolve.js'

const folder = mkdtempSync(join(tmpdir(), 'leveret-config-'))
after(() => rmSync(folder, { recursive: true }))

interface Given {
  readonly conf?: string
  readonly environment?: Record<string, string>
  readonly args?: readonly string[]
}

let files = 0

/** Resolves a configuration file, an environment and a command line together. */
function resolve({ conf, environment = {}, args = [] }: Given): ResolvedOptions {
  const command = parseCommandLine(args)
  assert(command.action === 'run')
  if (conf === undefined) return resolveOptions({ flags: command.flags, environment })
  files += 1
  const configPath = join(folder, `${files}.conf`)
  writeFileSync(configPath, conf)
  return resolveOptions({ flags: command.flags, environment, configPath })
}

/** The message that a configuration file is refused with, without the file's path. */
function refusal(given: Given): string {
  try {
    resolve(given)
  } catch (error) {
    assert.equal((error as Error).name, 'ConfigError')
    return (error as Error).message.replaceAll(/\S*[/\\](\d+\.conf)/g, 'conf')
  }
  return assert.fail('nothing was refused')
}

test('without any setting the broker listens on loopback, port 5672, with the defaults of RabbitMQ', () => {
  const { options } = resolve({})
  assert.deepEqual(options.listeners, {
    tcp: [
      { host: '127.0.0.1', port: 5672 },
      { host: '::1', port: 5672, optional: true },
    ],
    tls: [],
    unix: [],
  })
  assert.equal(options.tls, undefined)
  assert.equal(options.heartbeatSeconds, 60)
  assert.equal(options.frameMax, 131_072)
  assert.equal(options.channelMax, 2047)
  assert.equal(options.maxConnections, Infinity)
  assert.deepEqual(options.loopbackUsers, ['guest'])
  assert.deepEqual(options.authMechanisms, ['PLAIN', 'AMQPLAIN', 'ANONYMOUS'])
  assert.deepEqual(options.memoryHighWatermark, { relative: 0.6 })
  assert.equal(options.clusterName, options.nodeName)
  assert.equal(options.dataDir, undefined)
})

test('the file wins over the default, the environment over the file, a flag over both', () => {
  const conf = 'log.default.level = error\n'
  const environment = { LEVERET_LOG_DEFAULT_LEVEL: 'warning' }
  const args = ['--log-level', 'debug']
  assert.equal(resolve({}).options.logLevel, 'info')
  assert.equal(resolve({ conf }).options.logLevel, 'error')
  assert.equal(resolve({ conf, environment }).options.logLevel, 'warning')
  assert.equal(resolve({ conf, environment, args }).options.logLevel, 'debug')
})

test('each value knows where it came from', () => {
  const { origins } = resolve({
    conf: '\nheartbeat = 5\n',
    environment: { RABBITMQ_DEFAULT_USER: 'bob' },
    args: ['--data-dir', 'd'],
  })
  const heartbeat = origins.get('heartbeatSeconds')
  assert(heartbeat?.kind === 'file' && heartbeat.line === 2)
  assert.deepEqual(origins.get('defaultUser'), {
    kind: 'environment',
    variable: 'RABBITMQ_DEFAULT_USER',
    weak: false,
  })
  assert.deepEqual(origins.get('dataDir'), { kind: 'flag', flag: 'data-dir' })
  assert.deepEqual(origins.get('frameMax'), { kind: 'default' })
})

test('a setting given twice has the last value', () => {
  assert.equal(resolve({ conf: 'heartbeat = 5\nheartbeat = 7' }).options.heartbeatSeconds, 7)
})

test('elements of a list go by their number', () => {
  const conf = 'listeners.tcp.2 = 127.0.0.1:2\nlisteners.tcp.10 = 127.0.0.1:10\nlisteners.tcp.1 = 127.0.0.1:1'
  const ports = resolve({ conf }).options.listeners.tcp.map(({ port }) => port)
  assert.deepEqual(ports, [1, 2, 10])
})

test('a list can be emptied with none, and refilled afterwards', () => {
  assert.deepEqual(resolve({ conf: 'listeners.tcp = none' }).options.listeners.tcp, [])
  const refilled = resolve({ conf: 'listeners.tcp.1 = 1\nlisteners.tcp = none\nlisteners.tcp.1 = 2' })
  assert.deepEqual(refilled.options.listeners.tcp, [{ host: '::', port: 2 }])
})

test('a port alone in the file opens every interface, as in RabbitMQ', () => {
  const { options } = resolve({ conf: 'listeners.tcp.default = 5673' })
  assert.deepEqual(options.listeners.tcp, [{ host: '::', port: 5673 }])
})

test('--bind and --amqp-port each replace their half of the listed addresses', () => {
  const conf = 'listeners.tcp.1 = 10.0.0.1:5672\nlisteners.tcp.2 = 10.0.0.2:5672'
  assert.deepEqual(resolve({ conf, args: ['--amqp-port', '0'] }).options.listeners.tcp, [
    { host: '10.0.0.1', port: 0 },
    { host: '10.0.0.2', port: 0 },
  ])
  const bound = resolve({ conf, args: ['--bind', '0.0.0.0', '--amqp-port', '1'] })
  assert.deepEqual(bound.options.listeners.tcp, [{ host: '0.0.0.0', port: 1 }])
  assert.deepEqual(resolve({ args: ['--bind', '[::]'] }).options.listeners.tcp, [{ host: '::', port: 5672 }])
})

test("RabbitMQ's listener variables give way to listeners in the file", () => {
  const environment = { RABBITMQ_NODE_PORT: '7000', RABBITMQ_NODE_IP_ADDRESS: '127.0.0.2' }
  assert.deepEqual(resolve({ environment }).options.listeners.tcp, [{ host: '127.0.0.2', port: 7000 }])
  assert.deepEqual(resolve({ environment, conf: 'listeners.tcp.1 = 127.0.0.1:1' }).options.listeners.tcp, [
    { host: '127.0.0.1', port: 1 },
  ])
})

test('naming another loopback user does not open guest to the network; false and none do', () => {
  assert.deepEqual(resolve({ conf: 'loopback_users.bob = true' }).options.loopbackUsers, ['guest', 'bob'])
  assert.deepEqual(resolve({ conf: 'loopback_users.guest = false' }).options.loopbackUsers, [])
  assert.deepEqual(resolve({ conf: 'loopback_users = none' }).options.loopbackUsers, [])
})

test('tags that are named replace those of the default', () => {
  assert.deepEqual(resolve({ conf: 'default_user_tags.monitoring = true' }).options.defaultUserTags, [
    'monitoring',
  ])
})

test('anonymous logins can be turned off', () => {
  assert.equal(resolve({ conf: 'anonymous_login_user = none' }).options.anonymousLoginUser, undefined)
})

test('product, version and further server properties are settings', () => {
  const conf = 'product.name = RabbitMQ\nserver_properties.version = 9.9\nserver_properties.region = north'
  const { options } = resolve({ conf })
  assert.equal(options.productName, 'RabbitMQ')
  assert.equal(options.productVersion, '9.9')
  assert.deepEqual(options.serverProperties, { region: 'north' })
})

test('an absolute memory limit wins over the relative one', () => {
  const conf = 'vm_memory_high_watermark.relative = 0.4\nvm_memory_high_watermark.absolute = 2GB'
  assert.deepEqual(resolve({ conf }).options.memoryHighWatermark, { absoluteBytes: 2e9 })
})

test('a TLS listener needs a certificate with its key', () => {
  assert.match(
    refusal({ conf: 'listeners.ssl.1 = 5671' }),
    /needs ssl_options.certfile and ssl_options.keyfile/,
  )
  assert.match(refusal({ conf: 'ssl_options.certfile = c.pem' }), /needed together/)
  const conf = `listeners.ssl.1 = 5671
    ssl_options.certfile = c.pem
    ssl_options.keyfile = k.pem
    ssl_options.verify = verify_peer
    ssl_options.versions.1 = tlsv1.3`
  const { options } = resolve({ conf })
  assert.equal(options.tls?.verify, 'verify_peer')
  assert.deepEqual(options.tls?.versions, ['tlsv1.3'])
})

test('a variable holds the elements of a list joined by commas', () => {
  const environment = { LEVERET_AUTH_MECHANISMS: 'PLAIN, EXTERNAL', LEVERET_LISTENERS_TCP: '127.0.0.1:1' }
  const { options } = resolve({ environment })
  assert.deepEqual(options.authMechanisms, ['PLAIN', 'EXTERNAL'])
  assert.deepEqual(options.listeners.tcp, [{ host: '127.0.0.1', port: 1 }])
})

test('RABBITMQ_LOG gives the overall level, whatever it says of categories and colours', () => {
  assert.equal(resolve({ environment: { RABBITMQ_LOG: '+color,error' } }).options.logLevel, 'error')
  assert.equal(resolve({ environment: { RABBITMQ_LOG: 'connection=debug' } }).options.logLevel, 'info')
})

test('an unknown key is refused with its place and the nearest known ones', () => {
  assert.equal(
    refusal({ conf: '\nheartbeet = 5' }),
    'conf:2: there is no setting named heartbeet; did you mean heartbeat?',
  )
  assert.match(refusal({ conf: 'listener.tcp.1 = 5' }), /did you mean listeners\.tcp\.1/)
  assert.equal(refusal({ conf: 'zzzzzzzzzzzz = 5' }), 'conf:1: there is no setting named zzzzzzzzzzzz')
})

test('a bad value is refused with what was expected and what was found', () => {
  assert.equal(
    refusal({ conf: 'channel_max = many' }),
    'conf:1: channel_max: expected an integer from 0 to 65535, got "many"',
  )
  assert.match(
    refusal({ conf: 'listeners.tcp.x = nowhere' }),
    /^conf:1: listeners\.tcp\.x: expected a port, host:port/,
  )
  assert.match(
    refusal({ environment: { RABBITMQ_NODE_PORT: 'x' } }),
    /^environment variable RABBITMQ_NODE_PORT: amqp_port: expected a port/,
  )
  assert.match(refusal({ args: ['--amqp-port', '70000'] }), /^--amqp-port: amqp_port: .* got "70000"$/)
  assert.match(refusal({ conf: 'frame_max = 4096' }), /expected 0 or an integer from 8192/)
})

test('every problem of a file is reported at once', () => {
  assert.equal(
    refusal({ conf: 'heartbeet = 5\nchannel_max = x\nauth_http.user_path = d' }).split('\n').length,
    3,
  )
})

test('keys that only Erlang or a later version needs are accepted with a warning', () => {
  const { warnings } = resolve({ conf: 'mnesia_table_loading_retry_limit = 1\nmqtt.vhost = /' })
  assert.equal(warnings.length, 2)
  assert.match(
    warnings[0]!,
    /:1: mnesia_table_loading_retry_limit does not apply here and is ignored: it tunes/,
  )
  assert.match(warnings[1]!, /:2: mqtt\.vhost is not supported by this version and is ignored: that protocol/)
})

test('keys whose neglect would be unsafe are refused, unless they ask for what happens anyway', () => {
  assert.match(refusal({ conf: 'auth_backends.1 = ldap' }), /auth_backends\.1 is not supported/)
  assert.deepEqual(resolve({ conf: 'auth_backends.1 = internal' }).warnings, [])
  assert.match(refusal({ conf: 'default_pass = encrypted:abc' }), /encrypted values are not supported/)
})

test('a named configuration file that is missing is an error; its extension may be left out', () => {
  const missing = join(folder, 'absent')
  assert.throws(() => resolveOptions({ configPath: missing }), { message: /absent does not exist/ })
  writeFileSync(`${missing}-not.conf`, 'heartbeat = 9')
  const environment = { RABBITMQ_CONFIG_FILE: `${missing}-not` }
  assert.equal(resolveOptions({ environment }).options.heartbeatSeconds, 9)
})

test('the files of RABBITMQ_CONFIG_FILES are read by name after the main one', () => {
  const directory = mkdtempSync(join(folder, 'conf.d-'))
  writeFileSync(join(directory, '20.conf'), 'heartbeat = 20')
  writeFileSync(join(directory, '10.conf'), 'heartbeat = 10\nchannel_max = 10')
  writeFileSync(join(directory, 'note.txt'), 'no configuration')
  const { options, files } = resolveOptions({
    environment: { RABBITMQ_CONFIG_FILES: join(directory, '*.conf') },
  })
  assert.equal(options.heartbeatSeconds, 20)
  assert.equal(options.channelMax, 10)
  assert.equal(files.length, 2)
})

test('resolved options cannot be changed', () => {
  const { options } = resolve({})
  assert(Object.isFrozen(options) && Object.isFrozen(options.listeners.tcp[0]))
})

test('what is printed can be read back to the same options, and shows no password', () => {
  const first = resolve({
    conf: `listeners.tcp.1 = [::1]:1
      default_user = 'a#b'
      vhost_max = 7
      default_pass = hush
      max_connections = 5
      consumer_timeout = infinity
      password_hashing_module = rabbit_password_hashing_sha512
      loopback_users.guest = false
      server_properties.region = north`,
  })
  const printed = printConfig(first)
  assert.doesNotMatch(printed, /hush/)
  const second = resolve({ conf: printed })
  assert.deepEqual(second.options, { ...first.options, defaultPass: 'guest' })
  assert.deepEqual(second.warnings, [])
})

test('an embedded broker is told only what differs', () => {
  const options = withDefaults({ nodeName: 'n1', heartbeatSeconds: 5 })
  assert.equal(options.clusterName, 'n1')
  assert.equal(options.heartbeatSeconds, 5)
  assert.equal(options.frameMax, 131_072)
})

test('no two options share a key, and every one is documented', () => {
  const keys = OPTION_NAMES.flatMap((name) => [OPTIONS[name].key, ...OPTIONS[name].aliases])
  assert.equal(new Set(keys).size, keys.length)
  for (const name of OPTION_NAMES) assert.match(OPTIONS[name].doc, /^[A-Z].*\.$/, name)
})
