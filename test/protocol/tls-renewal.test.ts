import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, type TestContext } from 'node:test'
import { connect } from 'node:tls'
import { startBroker } from '../../src/broker.js'
import type { TlsOptions } from '../../src/config/broker-options.js'
import { type Logger, SILENT_LOGGER } from '../../src/util/logger.js'
import { cleanUp } from '../support/cleanup.js'
import { RawSocket } from '../support/raw.js'
import { until, within } from '../support/wait.js'

const directory = mkdtempSync(join(tmpdir(), 'leveret-tls-renewal-'))
after(() => rmSync(directory, { recursive: true }))
const at = (name: string): string => join(directory, name)

for (const name of ['old', 'new']) {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`]
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, '-subj', `/CN=${name}`],
    {
      cwd: directory,
      stdio: 'ignore',
    },
  )
}

test('a renewed certificate is what new peers see, AMQP and HTTP, and a broken one changes nothing', async (t) => {
  use('old', 'pem')
  use('old', 'key')
  const errors: string[] = []
  const { amqp, http } = await start(t, { ...SILENT_LOGGER, error: (text: string) => void errors.push(text) })
  const shown = async (): Promise<string[]> => [await nameShown(amqp), await nameShown(http)]
  const errorsOf = async (count: number): Promise<void> => {
    // A listener looks at its files when a peer comes.
    await until(async () => (await shown()) && errors.length === count, `${count} errors`)
    assert.match(errors[count - 1]!, /TLS certificate .* stays as it was/)
  }
  assert.deepEqual(await shown(), ['old', 'old'])
  const early = new RawSocket(connect({ host: '127.0.0.1', port: amqp, rejectUnauthorized: false }))
  await early.handshake()

  use('new', 'pem')
  await errorsOf(2)
  assert.deepEqual(await shown(), ['old', 'old'], 'the certificate is there, its key is not')
  use('new', 'key')
  await until(async () => (await shown()).every((name) => name === 'new'), 'the new certificate')
  writeFileSync(at('used.pem'), 'nothing of use')
  await errorsOf(4)
  assert.deepEqual(await shown(), ['new', 'new'])
  rmSync(at('used.key'))
  await errorsOf(6)
  assert.deepEqual(await shown(), ['new', 'new'])
  await early.openChannel(1)
})

function use(name: string, kind: 'pem' | 'key'): void {
  copyFileSync(at(`${name}.${kind}`), at(`used.${kind}`))
}

async function start(t: TestContext, logger: Logger): Promise<{ amqp: number; http: number }> {
  const files = {
    certFile: at('used.pem'),
    keyFile: at('used.key'),
    caFile: undefined,
    keyPassword: undefined,
  }
  const tls: TlsOptions = {
    ...files,
    verify: 'verify_none',
    failIfNoPeerCert: false,
    versions: ['tlsv1.2', 'tlsv1.3'],
    ciphers: [],
    honorCipherOrder: true,
  }
  const listeners = { tcp: [], tls: [{ host: '127.0.0.1', port: 0 }], unix: [] }
  const options = { listeners, tls, managementTls: files, managementPort: 0, managementHost: '127.0.0.1' }
  const broker = await startBroker(options, { logger })
  cleanUp(t, () => broker.stop())
  const portOf = (scheme: string): number =>
    Number(
      broker.addresses
        .find((address) => address.startsWith(`${scheme} `))!
        .split(':')
        .at(-1),
    )
  return { amqp: portOf('amqps'), http: portOf('https') }
}

async function nameShown(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  try {
    await within(once(socket, 'secureConnect'), 'the TLS handshake')
    return String(socket.getPeerCertificate().subject.CN)
  } finally {
    socket.destroy()
  }
}
