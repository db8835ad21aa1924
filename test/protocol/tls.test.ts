import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, type TestContext } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import type { BrokerOptions, TlsOptions } from '../../src/config/broker-options.js'
import { decodeConnectionStart, MethodId, PROTOCOL_HEADER } from '../../src/protocol/amqp091/index.js'
import { cleanUp } from '../support/cleanup.js'
import { RawSocket } from '../support/raw.js'
import { within } from '../support/wait.js'
import { type LocalBroker, logIn, startLocal } from './local-broker.js'

const directory = mkdtempSync(join(tmpdir(), 'leveret-tls-'))
after(() => rmSync(directory, { recursive: true }))
const at = (name: string): string => join(directory, name)

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' })
}

function certify(name: string, subject: string, authority: string): void {
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    subject,
  )
  writeFileSync(at('san'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const issuer = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial']
  openssl('x509', '-req', '-in', `${name}.csr`, ...issuer, '-out', `${name}.pem`, '-extfile', 'san')
}

for (const authority of ['ca', 'stranger']) {
  const files = ['-keyout', `${authority}.key`, '-out', `${authority}.pem`]
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, '-subj', `/CN=${authority}`)
}
certify('server', '/CN=localhost', 'ca')
certify('client', '/C=DE/O=Example/CN=shop', 'ca')
certify('intruder', '/C=DE/O=Example/CN=shop', 'stranger')

const TLS: TlsOptions = {
  certFile: at('server.pem'),
  keyFile: at('server.key'),
  caFile: at('ca.pem'),
  keyPassword: undefined,
  verify: 'verify_none',
  failIfNoPeerCert: false,
  versions: ['tlsv1.2', 'tlsv1.3'],
  ciphers: [],
  honorCipherOrder: true,
}

async function startTls(
  t: TestContext,
  tls: Partial<TlsOptions>,
  options: Partial<BrokerOptions> = {},
): Promise<LocalBroker & { tlsPort: number }> {
  const listeners = { tcp: [], tls: [{ host: '127.0.0.1', port: 0 }], unix: [] }
  const broker = await startLocal(t, { listeners, tls: { ...TLS, ...tls }, ...options })
  return { ...broker, tlsPort: Number(broker.inner.addresses[0]!.split(':')[1]) }
}

async function secure(
  t: TestContext,
  port: number,
  certificate?: string,
  header?: Buffer,
): Promise<TLSSocket> {
  const own =
    certificate === undefined
      ? {}
      : { cert: readFileSync(at(`${certificate}.pem`)), key: readFileSync(at(`${certificate}.key`)) }
  const under = connectPlain({ host: '127.0.0.1', port })
  cleanUp(t, () => {
    under.destroy()
  })
  await once(under, 'connect')
  if (header !== undefined) under.write(header)
  return connect({ socket: under, servername: 'localhost', ca: readFileSync(at('ca.pem')), ...own })
}

test('AMQP runs over TLS', async (t) => {
  const broker = await startTls(t, {})
  assert.match(broker.inner.addresses[0]!, /^amqps 127\.0\.0\.1:\d+$/)
  const raw = new RawSocket(await secure(t, broker.tlsPort))
  await raw.handshake()
  await raw.openChannel(1)
  const { peer } = [...broker.inner.connections.all()][0]!
  assert.equal(peer.kind, 'tls')
  assert.equal(peer.tls?.protocol, 'TLSv1.3')
  assert.equal(peer.tls?.certificate, undefined)
})

test('a version that is not offered is refused', async (t) => {
  const broker = await startTls(t, { versions: ['tlsv1.3'] })
  const options = { host: '127.0.0.1', port: broker.tlsPort, ca: readFileSync(at('ca.pem')) }
  const old = connect({ ...options, maxVersion: 'TLSv1.2' })
  cleanUp(t, () => {
    old.destroy()
  })
  await assert.rejects(within(once(old, 'secureConnect'), 'the refusal'), /alert|version/)
})

test('EXTERNAL logs in as the subject of a verified certificate', async (t) => {
  const broker = await startTls(t, { verify: 'verify_peer' }, { authMechanisms: ['PLAIN', 'EXTERNAL'] })
  await broker.inner.admin.putUser('CN=shop,O=Example,C=DE')
  broker.inner.admin.setPermissions('CN=shop,O=Example,C=DE', '/', { configure: '', write: '', read: '' })
  const raw = new RawSocket(await secure(t, broker.tlsPort, 'client'))
  raw.write(PROTOCOL_HEADER)
  const { mechanisms } = decodeConnectionStart(await raw.method(MethodId.ConnectionStart))
  assert.equal(mechanisms.toString(), 'PLAIN EXTERNAL')
  const again = new RawSocket(await secure(t, broker.tlsPort, 'client'))
  await logIn(again, '', new Map(), 'EXTERNAL')
  await again.method(MethodId.ConnectionTune)
})

test('EXTERNAL is not offered without a certificate', async (t) => {
  const broker = await startTls(t, { verify: 'verify_peer' }, { authMechanisms: ['PLAIN', 'EXTERNAL'] })
  const raw = new RawSocket(await secure(t, broker.tlsPort))
  raw.write(PROTOCOL_HEADER)
  const { mechanisms } = decodeConnectionStart(await raw.method(MethodId.ConnectionStart))
  assert.equal(mechanisms.toString(), 'PLAIN')
})

test('a certificate of a strange authority is refused, and a missing one if configured so', async (t) => {
  const lenient = await startTls(t, { verify: 'verify_peer' })
  const intruder = new RawSocket(await secure(t, lenient.tlsPort, 'intruder'))
  intruder.write(PROTOCOL_HEADER)
  await intruder.end()
  assert.equal(intruder.unreadBytes, 0)
  const strict = await startTls(t, { verify: 'verify_peer', failIfNoPeerCert: true })
  const bare = new RawSocket(await secure(t, strict.tlsPort))
  bare.write(PROTOCOL_HEADER)
  await bare.end()
  assert.equal(bare.unreadBytes, 0)
  const good = new RawSocket(await secure(t, strict.tlsPort, 'client'))
  await good.handshake()
})

test('a PROXY header comes before the TLS handshake', async (t) => {
  const broker = await startTls(t, {}, { proxyProtocol: true })
  const header = Buffer.from('PROXY TCP4 127.0.0.9 127.0.0.1 12345 5671\r\n')
  const raw = new RawSocket(await secure(t, broker.tlsPort, undefined, header))
  await raw.handshake()
  assert.equal([...broker.inner.connections.all()][0]!.name, '127.0.0.9:12345 -> 127.0.0.1:5671')
  const bare = connectPlain({ host: '127.0.0.1', port: broker.tlsPort })
  bare.on('error', () => {})
  bare.write('\x16\x03\x01\x02\0')
  await within(once(bare, 'close'), 'the broker to drop a peer without a header')
})

test('who speaks no TLS on the TLS port is dropped and others are served', async (t) => {
  const broker = await startTls(t, {})
  const plain = connectPlain({ host: '127.0.0.1', port: broker.tlsPort })
  plain.on('error', () => {})
  plain.write(PROTOCOL_HEADER)
  plain.resume()
  await within(once(plain, 'close'), 'the broker to drop it')
  const raw = new RawSocket(await secure(t, broker.tlsPort))
  await raw.handshake()
})

test('a message larger than a TLS record passes whole both ways', async (t) => {
  const broker = await startTls(t, {})
  const { encodeBasicGet, encodeBasicPublish, encodeBody, encodeContentHeader, encodeQueueDeclare } =
    await import('../../src/protocol/amqp091/index.js')
  const raw = new RawSocket(await secure(t, broker.tlsPort))
  const { frameMax } = await raw.handshake()
  await raw.openChannel(1)
  const body = Buffer.alloc(1_000_000, 'abcdefg')
  raw.send((writer) => {
    encodeQueueDeclare(writer, 1, 'q', false, false, true, false, false, new Map())
    encodeBasicPublish(writer, 1, '', 'q', false, false)
    encodeContentHeader(writer, 1, body.length, {})
    encodeBody(writer, 1, body, frameMax)
    encodeBasicGet(writer, 1, 'q', true)
  })
  await raw.method(MethodId.QueueDeclareOk)
  await raw.method(MethodId.BasicGetOk)
  await raw.frame()
  const parts: Buffer[] = []
  for (let size = 0; size < body.length; size += parts.at(-1)!.length) parts.push((await raw.frame()).payload)
  assert.ok(Buffer.concat(parts).equals(body))
})
