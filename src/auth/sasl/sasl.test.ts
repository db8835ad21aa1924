import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerCertificate } from 'node:tls'
import { parseCertificateNames } from './certificate-names.js'
import { FULL_CERTIFICATE, MULTI_VALUE_CERTIFICATE, NAMELESS_CERTIFICATE } from './certificates.test.data.js'
import { ExternalMechanism, type ExternalOptions } from './external.js'
import type { SaslContext, SaslStep } from './mechanism.js'
import { DEFAULT_MECHANISMS, SaslMechanisms } from './mechanisms.js'

const PLAIN_SOCKET: SaslContext = { peerAddress: '192.0.2.1', tls: false }

function withCertificate(base64: string, peerVerified = true): SaslContext {
  const peerCertificate = { raw: Buffer.from(base64, 'base64') } as PeerCertificate
  return { peerAddress: '192.0.2.1', tls: true, peerCertificate, peerVerified }
}

function respond(name: string, response: string | Buffer): SaslStep {
  const mechanism = SaslMechanisms.builtIn().choose(name, PLAIN_SOCKET)
  return mechanism.start(PLAIN_SOCKET).respond(Buffer.from(response))
}

function external(options: ExternalOptions, context: SaslContext): SaslStep {
  return new ExternalMechanism(options).start(context).respond(Buffer.alloc(0))
}

function login(username: string, password?: string): SaslStep {
  return { credentials: { username, password: password === undefined ? undefined : Buffer.from(password) } }
}

function entry(name: string, tag: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([name.length]), Buffer.from(name + tag), value])
}

function sized(value: string): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(Buffer.byteLength(value))
  return Buffer.concat([size, Buffer.from(value)])
}

test('PLAIN takes user and password', () => {
  assert.deepEqual(respond('PLAIN', '\0guest\0guest'), login('guest', 'guest'))
  assert.deepEqual(respond('PLAIN', '\0jürgen\0gehäim'), login('jürgen', 'gehäim'))
  assert.deepEqual(respond('PLAIN', '\0\0'), login('', ''))
  const octets = Buffer.from([0, 0x61, 0, 0xff, 0xfe])
  assert.deepEqual(respond('PLAIN', octets), {
    credentials: { username: 'a', password: Buffer.from([0xff, 0xfe]) },
  })
})

test('PLAIN keeps the password when the socket buffer is used again', () => {
  const response = Buffer.from('\0guest\0secret')
  const mechanism = SaslMechanisms.builtIn().choose('PLAIN', PLAIN_SOCKET)
  const step = mechanism.start(PLAIN_SOCKET).respond(response)
  response.fill(0)
  assert.deepEqual(step, login('guest', 'secret'))
})

test('PLAIN refuses an authorisation identity, missing parts, and anything after the password', () => {
  const wrong = [
    '',
    'guest',
    '\0guest',
    'id\0guest\0guest',
    'guest\0guest',
    '\0guest\0guest\0',
    '\0a\0b\0c',
    '\0',
  ]
  for (const response of wrong) assert.ok('error' in respond('PLAIN', response), JSON.stringify(response))
  assert.ok('error' in respond('PLAIN', Buffer.from([0, 0xff, 0, 0x61])))
})

test('errors do not quote the response', () => {
  for (const response of ['\0user\0hunter2\0', 'hunter2']) {
    assert.ok(!JSON.stringify(respond('PLAIN', response)).includes('hunter2'))
  }
})

test('AMQPLAIN takes LOGIN and PASSWORD out of a table', () => {
  const loginEntry = entry('LOGIN', 'S', sized('guest'))
  const password = entry('PASSWORD', 'S', sized('secret'))
  assert.deepEqual(respond('AMQPLAIN', Buffer.concat([loginEntry, password])), login('guest', 'secret'))
  assert.deepEqual(respond('AMQPLAIN', Buffer.concat([password, loginEntry])), login('guest', 'secret'))
  const bytes = entry('PASSWORD', 'x', sized('secret'))
  assert.deepEqual(respond('AMQPLAIN', Buffer.concat([loginEntry, bytes])), login('guest', 'secret'))
  const others = ['tbB', 'su', 'Iif', 'D', 'lLdT', 'V'].flatMap((tags, index) =>
    Array.from(tags, (tag) => entry(`k${tag}`, tag, Buffer.alloc([1, 2, 4, 5, 8, 0][index]))),
  )
  const nested = ['A', 'F'].map((tag) => entry('n', tag, sized('whatever')))
  const table = Buffer.concat([...others, ...nested, loginEntry, entry('LOGIN', 'S', sized('x')), password])
  assert.deepEqual(respond('AMQPLAIN', table), login('guest', 'secret'))
})

test('AMQPLAIN refuses what is not such a table', () => {
  const loginEntry = entry('LOGIN', 'S', sized('guest'))
  const password = entry('PASSWORD', 'S', sized('secret'))
  const missing = { error: 'AMQPLAIN auth info is missing LOGIN or PASSWORD field' }
  assert.deepEqual(respond('AMQPLAIN', ''), missing)
  assert.deepEqual(respond('AMQPLAIN', loginEntry), missing)
  assert.deepEqual(respond('AMQPLAIN', password), missing)
  const numeric = entry('PASSWORD', 'I', Buffer.alloc(4))
  assert.deepEqual(respond('AMQPLAIN', Buffer.concat([loginEntry, numeric])), {
    error: 'AMQPLAIN auth info uses unsupported type for LOGIN or PASSWORD field',
  })
  const malformed = { error: 'AMQPLAIN response is not a field table' }
  const whole = Buffer.concat([loginEntry, password])
  for (let size = 1; size < whole.length; size += 1) {
    const step = respond('AMQPLAIN', whole.subarray(0, size))
    assert.deepEqual(step, size === loginEntry.length ? missing : malformed, `${size} octets`)
  }
  assert.deepEqual(respond('AMQPLAIN', Buffer.concat([entry('k', '?', Buffer.alloc(4)), whole])), malformed)
  assert.deepEqual(respond('AMQPLAIN', '\0guest\0guest'), malformed)
  assert.deepEqual(respond('AMQPLAIN', entry('LOGIN', 'S', Buffer.alloc(4, 0xff))), malformed)
})

test('ANONYMOUS stands for guest or the configured user and can be switched off', () => {
  assert.deepEqual(respond('ANONYMOUS', 'anyone'), login('guest', 'guest'))
  const configured = SaslMechanisms.builtIn({ anonymous: { user: 'anon', password: 'pw' } })
  const mechanism = configured.choose('ANONYMOUS', PLAIN_SOCKET)
  assert.deepEqual(mechanism.start(PLAIN_SOCKET).respond(Buffer.alloc(0)), login('anon', 'pw'))
  const off = SaslMechanisms.builtIn({ anonymous: { user: 'none' } })
  assert.equal(off.announcement(PLAIN_SOCKET), 'PLAIN AMQPLAIN')
  assert.throws(() => off.choose('ANONYMOUS', PLAIN_SOCKET), {
    reply: 'COMMAND_INVALID',
    explanation: "invalid authentication mechanism 'ANONYMOUS'",
  })
})

test('EXTERNAL takes the distinguished name, most specific part first', () => {
  assert.deepEqual(
    external({}, withCertificate(FULL_CERTIFICATE)),
    login('CN=sh\\C3\\B6p,EMAILADDRESS=shop@example.org,DC=b,DC=a,OU=\\#1,O=Example\\, Inc,C=DE'),
  )
  assert.deepEqual(
    external({}, withCertificate(MULTI_VALUE_CERTIFICATE)),
    login('CN=two,CN=one+UID=u1,O=Example,C=DE'),
  )
})

test('EXTERNAL takes the common names', () => {
  const options = { loginFrom: 'common_name' } as const
  assert.deepEqual(external(options, withCertificate(FULL_CERTIFICATE)), login('shöp'))
  assert.deepEqual(external(options, withCertificate(MULTI_VALUE_CERTIFICATE)), login('one,two'))
})

test('EXTERNAL takes a subject alternative name by type and index', () => {
  const take = (options: ExternalOptions) =>
    external({ loginFrom: 'subject_alternative_name', ...options }, withCertificate(FULL_CERTIFICATE))
  assert.deepEqual(take({}), login('a.example'))
  assert.deepEqual(take({ sanIndex: 1 }), login('b.example'))
  assert.deepEqual(take({ sanType: 'ip' }), login('10.0.0.1'))
  assert.deepEqual(take({ sanType: 'ip', sanIndex: 1 }), login('2001:db8::1'))
  assert.deepEqual(take({ sanType: 'email' }), login('m@example.org'))
  assert.deepEqual(take({ sanType: 'uri' }), login('spiffe://x/y'))
  assert.deepEqual(take({ sanType: 'other_name' }), login('upn@example.org'))
  assert.deepEqual(take({ sanIndex: 2 }), { refusal: 'no name found' })
})

test('EXTERNAL says why it refuses', () => {
  const verified = withCertificate(FULL_CERTIFICATE)
  assert.deepEqual(external({}, { ...verified, tls: false }), { refusal: 'not a TLS-enabled connection' })
  const noCertificate = { refusal: 'connection peer presented no TLS (x.509) certificate' }
  assert.deepEqual(external({}, { peerAddress: '192.0.2.1', tls: true, peerVerified: true }), noCertificate)
  // What getPeerCertificate() gives when the peer presented none.
  const empty = { ...verified, peerCertificate: {} as PeerCertificate }
  assert.deepEqual(external({}, empty), noCertificate)
  const unsafe = { refusal: 'TLS configuration is unsafe' }
  assert.deepEqual(external({}, withCertificate(FULL_CERTIFICATE, false)), unsafe)
  const { peerVerified: _, ...unsaid } = verified
  assert.deepEqual(external({}, unsaid), unsafe)
  const noName = { refusal: 'no name found' }
  for (const loginFrom of ['distinguished_name', 'common_name', 'subject_alternative_name'] as const) {
    assert.deepEqual(external({ loginFrom }, withCertificate(NAMELESS_CERTIFICATE)), noName)
  }
  assert.deepEqual(external({}, withCertificate('AAAA')), noName)
})

test('a certificate that is cut off or altered is malformed, not a crash', () => {
  const whole = Buffer.from(FULL_CERTIFICATE, 'base64')
  assert.notEqual(parseCertificateNames(whole), undefined)
  for (let size = 0; size < whole.length; size += 1) {
    assert.equal(parseCertificateNames(whole.subarray(0, size)), undefined, `${size} octets`)
  }
  for (let at = 0; at < whole.length; at += 1) {
    for (const octet of [0x00, 0x30, 0x80, 0x84, 0xff]) {
      const altered = Buffer.from(whole)
      altered[at] = octet
      parseCertificateNames(altered)
    }
  }
})

test('mechanisms are announced in a fixed order, EXTERNAL where there is a certificate', () => {
  const standard = SaslMechanisms.builtIn()
  assert.equal(standard.announcement(PLAIN_SOCKET), 'PLAIN AMQPLAIN ANONYMOUS')
  assert.equal(standard.announcement(withCertificate(FULL_CERTIFICATE)), 'PLAIN AMQPLAIN ANONYMOUS')
  const withExternal = SaslMechanisms.builtIn({ enabled: ['EXTERNAL', ...DEFAULT_MECHANISMS] })
  assert.equal(withExternal.announcement(PLAIN_SOCKET), 'PLAIN AMQPLAIN ANONYMOUS')
  assert.equal(withExternal.announcement({ peerAddress: '::1', tls: true }), 'PLAIN AMQPLAIN ANONYMOUS')
  assert.equal(
    withExternal.announcement(withCertificate(FULL_CERTIFICATE)),
    'PLAIN AMQPLAIN ANONYMOUS EXTERNAL',
  )
  assert.equal(SaslMechanisms.builtIn({ enabled: ['AMQPLAIN'] }).announcement(PLAIN_SOCKET), 'AMQPLAIN')
})

test('a mechanism that is unknown or not offered cannot be chosen', () => {
  const mechanisms = SaslMechanisms.builtIn()
  assert.equal(mechanisms.choose('AMQPLAIN', PLAIN_SOCKET).name, 'AMQPLAIN')
  for (const name of ['X', 'plain', '', 'toString']) {
    assert.throws(() => mechanisms.choose(name, PLAIN_SOCKET), {
      reply: 'COMMAND_INVALID',
      explanation: `unknown authentication mechanism '${name}'`,
    })
  }
  assert.throws(() => mechanisms.choose('EXTERNAL', withCertificate(FULL_CERTIFICATE)), {
    reply: 'COMMAND_INVALID',
    explanation: "invalid authentication mechanism 'EXTERNAL'",
  })
})
