import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { startBroker } from '../../src/broker.js'
import { resolveOptions } from '../../src/config/resolve.js'
import { cleanUp } from '../support/cleanup.js'

const run = promisify(execFile)

/** A certificate for 127.0.0.1 that vouches for itself, and its key. */
async function certificate(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'leveret-https-'))
  cleanUp(t, () => rm(folder, { recursive: true }))
  const at = (name: string) => join(folder, name)
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const files = ['-keyout', at('key.pem'), '-out', at('cert.pem')]
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...names])
  return { folder, cert: at('cert.pem'), key: at('key.pem') }
}

/** Starts a broker from a rabbitmq.conf whose HTTP API speaks TLS. */
async function startSecure(t: TestContext) {
  const { folder, cert, key } = await certificate(t)
  const conf = join(folder, 'rabbitmq.conf')
  const lines = [
    'management.ssl.port = 15671',
    `management.ssl.certfile = ${cert}`,
    `management.ssl.keyfile = ${key}`,
    `management.ssl.cacertfile = ${cert}`,
  ]
  await writeFile(conf, `${lines.join('\n')}\n`)
  const { options } = resolveOptions({ configPath: conf })
  assert.equal(options.managementPort, 15671)
  const broker = await startBroker({
    logLevel: 'none',
    managementPort: 0,
    managementTls: options.managementTls,
    listeners: { tcp: [{ host: '127.0.0.1', port: 0 }], tls: [], unix: [] },
  })
  cleanUp(t, () => broker.stop())
  return { broker, cert, port: broker.managementPort }
}

interface SecureReply {
  readonly status: number | undefined
  readonly text: string
  readonly cookie: string | undefined
}

async function ask(
  port: number,
  ca: Buffer | undefined,
  path: string,
  options: { readonly method?: string; readonly body?: string } = {},
): Promise<SecureReply> {
  const agent = new Agent(ca === undefined ? {} : { ca })
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options
    const sent = request(
      { host: '127.0.0.1', port, path, agent, auth: 'guest:guest', ...rest },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => {
          agent.destroy()
          resolve({ status: response.statusCode, text, cookie: response.headers['set-cookie']?.[0] })
        })
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

test('management.ssl.* of rabbitmq.conf: the API speaks TLS, to clients that trust its certificate', async (t) => {
  const { cert, port } = await startSecure(t)
  const ca = await readFile(cert)
  const trusted = await ask(port, ca, '/api/whoami')
  assert.deepEqual([trusted.status, JSON.parse(trusted.text).name], [200, 'guest'])
  await assert.rejects(ask(port, undefined, '/api/whoami'), /self-signed|unable to verify/)
  await assert.rejects(fetch(`http://127.0.0.1:${port}/api/version`), 'plain HTTP is not spoken there')
})

test('over TLS the cookie of a session is for TLS alone, and the listener is https', async (t) => {
  const { cert, port } = await startSecure(t)
  const ca = await readFile(cert)
  const body = JSON.stringify({ username: 'guest', password: 'guest' })
  const login = await ask(port, ca, '/api/login', { method: 'POST', body })
  assert.equal(login.status, 200)
  assert.match(login.cookie ?? '', /; Secure$/)
  const overview = JSON.parse((await ask(port, ca, '/api/overview')).text)
  const [listener] = overview.listeners.filter((each: { port: number }) => each.port === port)
  assert.deepEqual([listener.protocol, listener.tls], ['https', true])
})

test('the check of certificates tells that one ends within the month, and not within the day', async (t) => {
  const { cert, port } = await startSecure(t)
  const ca = await readFile(cert)
  const soon = await ask(port, ca, '/api/health/checks/certificate-expiration/1/months')
  assert.equal(soon.status, 503)
  assert.equal(JSON.parse(soon.text).expired[0].certfile, cert)
  const later = await ask(port, ca, '/api/health/checks/certificate-expiration/1/days')
  assert.equal(later.status, 200)
})
