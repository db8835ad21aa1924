import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connect } from '../../src/client/index.js'
import { cleanUp } from '../support/cleanup.js'
import { until } from '../support/wait.js'
import { type Api, type RequestOptions, startApi } from './api.js'

interface Change {
  readonly event: string
  readonly vhost?: string
  readonly name?: string
}

async function listen(t: TestContext, api: Api, { user = 'guest', password = 'guest' }: RequestOptions = {}) {
  const abort = new AbortController()
  cleanUp(t, () => abort.abort())
  const response = await fetch(`${api.url}/api/events`, {
    signal: abort.signal,
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
  })
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  const heard: Change[] = []
  let isOver = false
  const reading = async (): Promise<void> => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      for (const line of decoder.decode(chunk as Uint8Array).split('\n')) {
        if (line.startsWith('data: ')) heard.push(...JSON.parse(line.slice(6)).changes)
      }
    }
    isOver = true
  }
  void reading().catch(() => undefined)
  return { heard, isOver: () => isOver }
}

test('changes are told as they happen', async (t) => {
  const api = await startApi(t)
  const { heard } = await listen(t, api)
  await api.put('/api/queues/%2F/q', {})
  await until(() => heard.some(({ event, name }) => event === 'queue.created' && name === 'q'), 'the queue')
})

test('a user hears of the vhosts that it may enter, and not of users', async (t) => {
  const api = await startApi(t)
  const user = await api.addUser('u', 'management')
  await api.put('/api/vhosts/secret', {})
  const { heard } = await listen(t, api, user)
  await api.put('/api/users/other', { password: 'x', tags: '' })
  await api.put('/api/queues/secret/hidden', {})
  await api.put('/api/queues/%2F/shown', {})
  await until(() => heard.some(({ name }) => name === 'shown'), 'the queue that is shown')
  assert.deepEqual(
    heard.filter(({ name }) => name === 'hidden' || name === 'other'),
    [],
  )
})

test('the stream of a user ends when the user is deleted', async (t) => {
  const api = await startApi(t)
  const user = await api.addUser('u', 'management')
  const { isOver } = await listen(t, api, user)
  await api.delete('/api/users/u')
  await until(isOver, 'the end of the stream')
})

test('a user hears of its own connections, a monitor of all', async (t) => {
  const api = await startApi(t)
  const user = await api.addUser('u', 'management')
  const own = await listen(t, api, user)
  const all = await listen(t, api, await api.addUser('m', 'monitoring'))
  const amqp = `amqp://127.0.0.1:${api.broker.port}`
  for (const username of ['guest', 'u']) {
    const password = username === 'guest' ? 'guest' : 'pw'
    const connection = await connect(amqp, { username, password })
    cleanUp(t, () => connection.close())
  }
  const opened = ({ heard }: { readonly heard: Change[] }) =>
    heard.filter(({ event }) => event === 'connection.created').length
  await until(() => opened(all) === 2, 'both connections')
  await until(() => opened(own) === 1, 'its own connection')
})
