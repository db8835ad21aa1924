import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'amqplib'
import { cleanUp } from '../support/cleanup.js'
import { until, within } from '../support/wait.js'
import { ServerProcess } from './server-process.js'

const ONE_PORT = ['--bind', '127.0.0.1', '--amqp-port', '0']

/** Starts a server on a free port of 127.0.0.1; resolves when it is ready. */
async function startServer(t: Parameters<typeof cleanUp>[0], environment: Record<string, string> = {}) {
  const server = new ServerProcess(t, ONE_PORT, environment)
  const line = await server.firstLine()
  const port = Number(/: amqp 127\.0\.0\.1:(\d+)(?:,|$)/.exec(line)?.[1])
  assert(port > 0, line)
  return { server, line, port }
}

/** True when something listens on the port. */
async function accepts(port: number): Promise<boolean> {
  const socket = connectSocket(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

test('it starts when messages may take more memory than one piece of address space holds', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'leveret-server-'))
  cleanUp(t, () => rmSync(dataDir, { recursive: true }))
  const { server, port } = await startServer(t, {
    LEVERET_DATA_DIR: dataDir,
    LEVERET_MESSAGE_MEMORY: '10000GiB',
  })
  const connection = await connect(`amqp://127.0.0.1:${port}`)
  await connection.close()
  server.signal('SIGTERM')
  assert.equal((await server.outcome()).status, 0)
})

test('the ready line, alone on stdout, names version, start time and address', async (t) => {
  const { server, line, port } = await startServer(t)
  assert.match(
    line,
    /^leveret \d+\.\d+\.\d+\S* ready in \d+ ms: amqp 127\.0\.0\.1:\d+, http 127\.0\.0\.1:\d+(, \S+ 127\.0\.0\.1:\d+)*$/,
  )
  const socket = connectSocket(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.destroy()
  server.signal('SIGTERM')
  const { status, stdout } = await server.outcome()
  assert.equal(status, 0)
  assert.equal(stdout, `${line}\n`)
})

test('by default it listens on loopback, with IPv6 where the machine has it', async (t) => {
  const server = new ServerProcess(t, ['--amqp-port', '0'])
  assert.match(
    await server.firstLine(),
    /ms: amqp 127\.0\.0\.1:\d+(, amqp \[::1\]:\d+)?, http 127\.0\.0\.1:\d+/,
  )
})

for (const name of ['SIGTERM', 'SIGINT'] as const) {
  test(`${name} closes connections with 320 and ends with status 0`, async (t) => {
    const { server, port } = await startServer(t)
    const connection = await connect(`amqp://127.0.0.1:${port}`)
    // amqplib does not count 320 among the errors; it hands the reason to 'close'.
    const closed = once(connection, 'close')
    server.signal(name)
    const [reason] = (await within(closed, 'the close')) as [Error & { code?: number }]
    assert.equal(reason.code, 320)
    assert.match(reason.message, /broker forced connection closure with reason 'shutdown'/)
    assert.equal((await server.outcome()).status, 0)
  })
}

test('a second signal ends it at once with the status of that signal', async (t) => {
  const { server, port } = await startServer(t)
  // Without heartbeats: amqplib's timer would outlive the connection, and this file with it, by minutes.
  const connection = await connect(`amqp://127.0.0.1:${port}?heartbeat=0`)
  connection.on('error', () => {})
  // A peer that does not read answers no close, so the clean stop has something to wait for.
  const { stream } = (connection as unknown as { connection: { stream: Socket } }).connection
  stream.removeAllListeners('readable')
  cleanUp(t, () => void stream.destroy())
  server.signal('SIGTERM')
  await until(async () => !(await accepts(port)), 'the clean stop has begun')
  server.signal('SIGINT')
  assert.equal((await server.outcome()).status, 130)
})

test('a port in use is named, and the status is 1', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  cleanUp(t, () => void blocker.close())
  const { port } = blocker.address() as AddressInfo
  const server = new ServerProcess(t, ['--bind', '127.0.0.1', '--amqp-port', String(port)])
  const { status, stdout, stderr } = await server.outcome()
  assert.equal(status, 1)
  assert.equal(stdout, '')
  assert.match(
    stderr,
    new RegExp(`^leveret: cannot listen on 127\\.0\\.0\\.1:${port}: the address is in use`, 'm'),
  )
})

test('an ignored setting is a warning on stderr', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-server-'))
  cleanUp(t, () => rmSync(folder, { recursive: true }))
  const file = join(folder, 'old.conf')
  writeFileSync(file, 'mnesia_table_loading_retry_limit = 10\n')
  const { server } = await startServer(t, { RABBITMQ_CONFIG_FILE: file })
  server.signal('SIGTERM')
  const { stderr } = await server.outcome()
  assert.match(stderr, /\[warning\] .*old\.conf:1: mnesia_table_loading_retry_limit does not apply here/)
})
