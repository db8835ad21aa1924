import assert from 'node:assert/strict'
import test from 'node:test'
import { resolveOptions } from './options.js'
import { parseUri } from './uri.js'

// The first rows are the examples of RabbitMQ's URI specification.
const EXAMPLES: [uri: string, expected: object][] = [
  [
    'amqp://user:pass@host:10000/vhost',
    { username: 'user', password: 'pass', host: 'host', port: 10_000, vhost: 'vhost' },
  ],
  [
    'amqp://user%61:%61pass@ho%61st:10000/v%2fhost',
    { username: 'usera', password: 'apass', host: 'hoast', port: 10_000, vhost: 'v/host' },
  ],
  ['amqp://', {}],
  ['amqp://:@/', { username: '', password: '', vhost: '' }],
  ['amqp://user@', { username: 'user' }],
  ['amqp://user:pass@', { username: 'user', password: 'pass' }],
  ['amqp://host', { host: 'host' }],
  ['amqp://:10000', { port: 10_000 }],
  ['amqp:///vhost', { vhost: 'vhost' }],
  ['amqp://host/', { host: 'host', vhost: '' }],
  ['amqp://host/%2f', { host: 'host', vhost: '/' }],
  ['amqp://[::1]', { host: '::1' }],
  ['AMQP://host', { host: 'host' }],
  [
    'amqp://host?heartbeat=5&connection_timeout=1000&channel_max=7&frame_max=9000&auth_mechanism=external&name=n',
    {
      host: 'host',
      heartbeat: 5,
      connectTimeoutMs: 1000,
      channelMax: 7,
      frameMax: 9000,
      mechanism: 'EXTERNAL',
      connectionName: 'n',
    },
  ],
]

for (const [uri, expected] of EXAMPLES) {
  test(`${uri} is taken apart`, () => {
    const parsed = Object.fromEntries(
      Object.entries(parseUri(uri)).filter(([, value]) => value !== undefined),
    )
    assert.deepEqual(parsed, { tls: false, ...expected })
  })
}

test('amqps asks for TLS and for port 5671', () => {
  const options = resolveOptions('amqps://host?verify=verify_none&server_name_indication=other')
  assert.deepEqual(options.tls, { servername: 'other', rejectUnauthorized: false })
  assert.equal(options.port, 5671)
})

test('what is left out of a URI has its default, and options win over the URI', () => {
  const options = resolveOptions('amqp://me@host?heartbeat=5', { heartbeat: 0, host: undefined })
  assert.equal(options.username, 'me')
  assert.equal(options.password, 'guest')
  assert.equal(options.host, 'host')
  assert.equal(options.port, 5672)
  assert.equal(options.vhost, '/')
  assert.equal(options.heartbeat, 0)
})

for (const uri of [
  'http://host',
  'host:5672',
  'amqp://host:port',
  'amqp://host:70000',
  'amqp://host/a/b',
  'amqp://host/%zz',
  'amqp://host?heartbeat=soon',
  'amqp://host?auth_mechanism=magic',
  'amqp://user:secret@host:bad port',
]) {
  test(`${uri} is refused without a word about the password`, () => {
    assert.throws(
      () => parseUri(uri),
      (error) => error instanceof TypeError && !error.message.includes('secret'),
    )
  })
}
