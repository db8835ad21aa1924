import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { startBroker } from '../../src/broker.js'
import { SILENT_LOGGER } from '../../src/util/logger.js'
import { cleanUp } from '../support/cleanup.js'
import { rawTo, startLocal } from './local-broker.js'

const HAS_IPV6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'leveret-'))
  cleanUp(t, () => rmSync(directory, { recursive: true }))
  return directory
}

test('a Unix domain socket takes connections, also of users who are bound to loopback', async (t) => {
  const path = join(scratch(t), 'amqp.sock')
  const broker = await startLocal(t, { listeners: { tcp: [], tls: [], unix: [path] } })
  assert.deepEqual(broker.inner.addresses, [`unix ${path}`])
  assert.equal(broker.port, 0)
  const raw = await rawTo(t, { path })
  await raw.handshake()
  const [connection] = broker.inner.connections.all()
  assert.equal(connection!.peer.kind, 'unix')
  await broker.inner.stop()
  assert.equal(existsSync(path), false)
})

test('a socket file that nobody answers on is replaced, one that is in use is not', async (t) => {
  const path = join(scratch(t), 'amqp.sock')
  const listeners = { tcp: [], tls: [], unix: [path] }
  writeFileSync(path, '')
  const broker = await startLocal(t, { listeners })
  const second = startBroker({ listeners }, { logger: SILENT_LOGGER })
  await assert.rejects(second, { code: 'EADDRINUSE' })
  const raw = await rawTo(t, { path })
  await raw.handshake()
  assert.equal(broker.inner.connections.size, 1)
})

test('IPv6 peers are let in and shown as such', { skip: HAS_IPV6 ? false : 'no ::1 here' }, async (t) => {
  const listeners = { tcp: [{ host: '::1', port: 0 }], tls: [], unix: [] }
  const broker = await startLocal(t, { listeners })
  assert.equal(broker.inner.url, `amqp://[::1]:${broker.port}`)
  const raw = await rawTo(t, { host: '::1', port: broker.port })
  await raw.handshake()
  assert.equal([...broker.inner.connections.all()][0]!.peer.host, '::1')
})

test('several addresses get one port when the system chooses it, and IPv4 peers look like IPv4', async (t) => {
  const tcp = [
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.2', port: 0, optional: true },
  ]
  const broker = await startLocal(t, { listeners: { tcp, tls: [], unix: [] } })
  const { addresses } = broker.inner
  assert.equal(addresses[0], `amqp 127.0.0.1:${broker.port}`)
  const raw = await rawTo(t, { host: '127.0.0.1', port: broker.port })
  await raw.handshake()
  assert.equal([...broker.inner.connections.all()][0]!.peer.host, '127.0.0.1')
})

test('an optional address that the machine lacks is left out, another one is an error', async (t) => {
  const tcp = [
    { host: '127.0.0.1', port: 0 },
    { host: '203.0.113.1', port: 0, optional: true },
  ]
  const broker = await startLocal(t, { listeners: { tcp, tls: [], unix: [] } })
  assert.equal(broker.inner.addresses.length, 1)
  const required = { tcp: [{ host: '203.0.113.1', port: 0 }], tls: [], unix: [] }
  await assert.rejects(startBroker({ listeners: required }, { logger: SILENT_LOGGER }), {
    code: 'EADDRNOTAVAIL',
  })
})

test('a port in use is an error and leaves no other listener open', async (t) => {
  const broker = await startLocal(t)
  const free = await startLocal(t)
  const { port } = free
  await free.inner.stop()
  const tcp = [
    { host: '127.0.0.1', port },
    { host: '127.0.0.1', port: broker.port },
  ]
  await assert.rejects(startBroker({ listeners: { tcp, tls: [], unix: [] } }, { logger: SILENT_LOGGER }), {
    code: 'EADDRINUSE',
    port: broker.port,
  })
  await startLocal(t, { listeners: { tcp: [{ host: '127.0.0.1', port }], tls: [], unix: [] } })
})
