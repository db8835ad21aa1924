import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { TRACE_FILE_BYTES_MAX } from '../../src/management/traces/trace.js'
import { TRACES_MAX } from '../../src/management/traces/traces.js'
import { cleanUp } from '../support/cleanup.js'
import { until } from '../support/wait.js'
import { type Api, startApi } from './api.js'

const JSON_TRACE = { format: 'json', pattern: '#' }

async function start(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'leveret-trace-files-'))
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }))
  const tracingDir = join(folder, 'traces')
  const api = await startApi(t, { tracingDir })
  const connection = await connect(api.broker.url)
  cleanUp(t, () => connection.close())
  const channel = await connection.channel()
  await channel.declareQueue('q')
  /** Publishes a message, and takes it from its queue. */
  const pass = async (body: string): Promise<void> => {
    channel.publish('', 'q', body, { contentType: 'text/plain', headers: { h: 1 } })
    await until(async () => (await channel.get('q', { noAck: true })) !== undefined, 'the message is there')
  }
  return { api, folder, tracingDir, channel, pass }
}

async function fileWith(api: Api, name: string, text: string): Promise<string> {
  let found = ''
  await until(async () => {
    found = (await api.get(`/api/trace-files/${name}`)).text
    return found.includes(text)
  }, `${text} is in ${name}`)
  return found
}

const isTraced = (api: Api) => api.broker.doors.topology.vhosts.get('/')?.tracing

test('a trace writes each publish and each delivery as a line of JSON, until it is ended', async (t) => {
  const { api, pass } = await start(t)
  assert.equal((await api.put('/api/traces/%2F/all', JSON_TRACE)).status, 201)
  assert.deepEqual((await api.get('/api/traces/%2F/all')).json, {
    vhost: '/',
    name: 'all',
    format: 'json',
    pattern: '#',
    queue: { name: 'leveret.trace-file.all', vhost: '/' },
  })
  await pass('hello')
  const lines = (await fileWith(api, 'all.log', 'received'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const [published, received] = lines
  assert.match(published.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/)
  const { timestamp: _, connection, ...rest } = published
  assert.match(connection, /^127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+$/)
  assert.deepEqual(rest, {
    type: 'published',
    node: api.broker.options.nodeName,
    vhost: '/',
    user: 'guest',
    channel: 1,
    exchange: '',
    queue: 'none',
    routed_queues: ['q'],
    routing_keys: ['q'],
    properties: { content_type: 'text/plain', headers: { h: 1 } },
    payload: Buffer.from('hello').toString('base64'),
  })
  assert.deepEqual([received.type, received.queue, received.routed_queues], ['received', 'q', 'none'])
  assert.equal((await api.delete('/api/traces/%2F/all')).status, 204)
  assert.equal(isTraced(api), false)
  assert.equal((await api.get('/api/traces/%2F/all')).status, 404)
  await pass('later')
  const [file] = (await api.get('/api/trace-files')).json
  assert.deepEqual(file, { name: 'all.log', size: (await api.get('/api/trace-files/all.log')).text.length })
  assert.equal((await api.get('/api/trace-files/all.log')).text.trimEnd().split('\n').length, 2)
  assert.equal((await api.delete('/api/trace-files/all.log')).status, 204)
  assert.equal((await api.get('/api/trace-files/all.log')).status, 404)
})

test("a text trace has RabbitMQ's form, only what its pattern matches, and so much of a body as it says", async (t) => {
  const { api, pass } = await start(t)
  await api.put('/api/traces/%2F/text', { format: 'text', pattern: 'publish.#', max_payload_bytes: 3 })
  await pass('hello')
  const text = await fileWith(api, 'text.log', 'Payload')
  assert.equal(
    text.replace(/^\S+: M/m, 'TIME: M').replace(/127\S+ -> \S+/, 'PEERS'),
    `${'='.repeat(80)}
TIME: Message published

Node:         ${api.broker.options.nodeName}
Connection:   PEERS
Virtual host: /
User:         guest
Channel:      1
Exchange:     ${''}
Routing keys: [<<"q">>]
Routed queues: [<<"q">>]
Properties:   [{<<"content_type">>,longstr,<<"text/plain">>},{<<"headers">>,table,[{<<"h">>,long,1}]}]
Payload: ${''}
hel

`,
  )
})

test('a trace that is put again starts anew, and goes on in its file', async (t) => {
  const { api, pass } = await start(t)
  await api.put('/api/traces/%2F/t', JSON_TRACE)
  await pass('one')
  await fileWith(api, 't.log', 'received')
  assert.equal((await api.put('/api/traces/%2F/t', { ...JSON_TRACE, pattern: 'deliver.q' })).status, 204)
  await pass('two')
  const payload = Buffer.from('two').toString('base64')
  const lines = (await fileWith(api, 't.log', payload)).trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).type),
    ['published', 'received', 'received'],
  )
})

test('traces of the node are found under its name, and those of another are not', async (t) => {
  const { api, pass } = await start(t)
  const node = encodeURIComponent(api.broker.options.nodeName)
  assert.equal((await api.put(`/api/traces/node/${node}/%2F/t`, JSON_TRACE)).status, 201)
  assert.equal((await api.get(`/api/traces/node/${node}`)).json.length, 1)
  await pass('hello')
  await fileWith(api, 't.log', 'received')
  assert.equal((await api.get(`/api/trace-files/node/${node}/t.log`)).status, 200)
  assert.equal((await api.get('/api/traces/node/other@host')).status, 404)
})

test('only administrators see traces, for they show what everybody writes', async (t) => {
  const { api } = await start(t)
  await api.put('/api/traces/%2F/t', JSON_TRACE)
  const monitor = await api.addUser('monitor', 'monitoring')
  for (const path of [
    '/api/traces',
    '/api/traces/%2F',
    '/api/traces/%2F/t',
    '/api/trace-files',
    '/api/trace-files/t.log',
  ]) {
    assert.equal((await api.get(path, monitor)).status, 401, path)
  }
  assert.equal((await api.put('/api/traces/%2F/u', JSON_TRACE, monitor)).status, 401)
  assert.equal((await api.delete('/api/trace-files/t.log', monitor)).status, 401)
})

test('a trace that cannot be is refused with what is wrong with it', async (t) => {
  const { api } = await start(t)
  const reasonOf = async (name: string, body: unknown) => {
    const reply = await api.put(`/api/traces/${name}`, body)
    return `${reply.status} ${reply.json?.reason}`
  }
  assert.match(await reasonOf('%2F/t', { format: 'json' }), /^400 .*key_missing,pattern/)
  assert.match(
    await reasonOf('%2F/t', { ...JSON_TRACE, format: 'xml' }),
    /^400 the format is one of text, json/,
  )
  assert.match(await reasonOf('%2F/t', { ...JSON_TRACE, max_payload_bytes: -1 }), /^400 .*negative/)
  assert.match(await reasonOf('%2F/t', { ...JSON_TRACE, max_payload_bytes: 'x' }), /^400 /)
  assert.match(
    await reasonOf('%2F/..%2F..%2Fetc', JSON_TRACE),
    /^400 the name of a trace is that of its file/,
  )
  assert.match(await reasonOf('%2F/.hidden', JSON_TRACE), /^400 /)
  assert.match(await reasonOf(`%2F/${'x'.repeat(201)}`, JSON_TRACE), /^400 /)
  assert.match(await reasonOf('none/t', JSON_TRACE), /^40\d /)
  await api.put('/api/vhosts/other', {})
  await api.put('/api/traces/other/t', JSON_TRACE)
  assert.match(
    await reasonOf('%2F/t', JSON_TRACE),
    /^400 a trace of another virtual host writes to that file/,
  )
  assert.equal((await api.delete('/api/traces/%2F/t')).status, 404)
})

test('no name of a file leads out of the folder of traces', async (t) => {
  const { api, folder, tracingDir } = await start(t)
  mkdirSync(tracingDir)
  writeFileSync(join(folder, 'secret'), 'secret')
  symlinkSync(join(folder, 'secret'), join(tracingDir, 'link'))
  writeFileSync(join(tracingDir, '.hidden'), 'secret')
  for (const name of ['..%2Fsecret', '%2E%2E%2Fsecret', 'link', '.hidden', '%00']) {
    const got = await api.get(`/api/trace-files/${name}`)
    assert.ok(got.status >= 400 && !got.text.includes('secret'), `${name}: ${got.status}`)
    assert.ok((await api.delete(`/api/trace-files/${name}`)).status >= 400)
  }
  assert.deepEqual(readdirSync(folder).sort(), ['secret', 'traces'])
  assert.deepEqual((await api.get('/api/trace-files')).json, [])
})

test('a file that is large enough is put aside, and what was aside is dropped', async (t) => {
  const { api, tracingDir, pass } = await start(t)
  mkdirSync(tracingDir)
  writeFileSync(join(tracingDir, 't.log'), 'x')
  truncateSync(join(tracingDir, 't.log'), TRACE_FILE_BYTES_MAX)
  writeFileSync(join(tracingDir, 't.log.0'), 'older')
  await api.put('/api/traces/%2F/t', JSON_TRACE)
  await pass('hello')
  await fileWith(api, 't.log', 'received')
  const sizes = (await api.get('/api/trace-files')).json as readonly { name: string; size: number }[]
  assert.deepEqual(
    sizes.map(({ name, size }) => [name, size >= TRACE_FILE_BYTES_MAX]),
    [
      ['t.log', false],
      ['t.log.0', true],
    ],
  )
})

test('a trace whose file was deleted writes on to a new one, and ends with its vhost', async (t) => {
  const { api, pass } = await start(t)
  await api.put('/api/traces/%2F/t', JSON_TRACE)
  await pass('one')
  await fileWith(api, 't.log', 'received')
  await api.delete('/api/trace-files/t.log')
  await pass('two')
  assert.equal((await fileWith(api, 't.log', 'received')).trimEnd().split('\n').length, 2)
  await api.put('/api/vhosts/other', {})
  await api.put('/api/traces/other/o', JSON_TRACE)
  await api.delete('/api/vhosts/other')
  assert.deepEqual(
    (await api.get('/api/traces')).json.map(({ name }: { name: string }) => name),
    ['t'],
  )
})

test('without a folder of their own files are among the temporary ones, and go with the broker', async (t) => {
  const api = await startApi(t)
  const before = new Set(readdirSync(tmpdir()))
  await api.put('/api/traces/%2F/t', JSON_TRACE)
  assert.deepEqual((await api.get('/api/trace-files')).json, [{ name: 't.log', size: 0 }])
  const made = readdirSync(tmpdir()).filter((name) => name.startsWith('leveret-traces-') && !before.has(name))
  assert.ok(made.length >= 1)
  await api.broker.stop()
  assert.ok(made.some((name) => !existsSync(join(tmpdir(), name))))
})

test('there are so many traces at a time, and no more', async (t) => {
  const { api } = await start(t)
  for (let i = 0; i < TRACES_MAX; i += 1) {
    assert.equal((await api.put(`/api/traces/%2F/t${i}`, JSON_TRACE)).status, 201)
  }
  const refused = await api.put('/api/traces/%2F/more', JSON_TRACE)
  assert.deepEqual(
    [refused.status, refused.json.reason],
    [400, 'there are 100 traces, and no more at a time'],
  )
  assert.equal((await api.put('/api/traces/%2F/t0', JSON_TRACE)).status, 204)
})
