import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import { until } from '../support/wait.js'
import { ControlledBroker } from './control.js'

async function ask(
  broker: ControlledBroker,
  method: string,
  path: string,
  body: string | undefined,
  user = 'guest',
): Promise<{ status: number; error: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${broker.managementPort}/api${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${user}:${user}`).toString('base64')}` },
    ...(body === undefined ? {} : { body }),
  })
  const text = await answer.text()
  return { status: answer.status, error: text.startsWith('{') ? JSON.parse(text).error : undefined }
}

test('the doors to the running node are for administrators, and say what they do not take', async (t) => {
  const broker = await ControlledBroker.start(t)
  const node = ((await broker.json('cluster_status')) as { running_nodes: string[] }).running_nodes[0]!
  const at = (door: string) => `/nodes/${encodeURIComponent(node)}/${door}`
  await broker.output('add_user', 'mon', 'mon')
  await broker.output('set_user_tags', 'mon', 'monitoring', 'policymaker')
  const doors = [
    ['PUT', 'memory-high-watermark', '{"relative":0.5}', '{"relative":"half"}'],
    ['PUT', 'memory-high-watermark', '{"absolute":8000000000}', '{"relative":1.5}'],
    ['PUT', 'disk-free-limit', '{"absolute":1000}', '{"absolute":-1}'],
    ['PUT', 'log-level', '{"level":"warning"}', '{"level":"loud"}'],
    ['PUT', 'log-level', '{"level":"info"}', 'nonsense'],
  ] as const
  for (const [method, door, good, bad] of doors) {
    assert.equal((await ask(broker, method, at(door), good)).status, 204, door)
    assert.deepEqual(await ask(broker, method, at(door), bad), { status: 400, error: 'bad_request' })
    assert.deepEqual(await ask(broker, method, at(door), good, 'mon'), {
      status: 401,
      error: 'not_authorised',
    })
    assert.equal((await ask(broker, method, `/nodes/other/${door}`, good)).status, 404)
  }
  assert.equal((await ask(broker, 'GET', '/config/effective', undefined)).status, 200)
  assert.equal((await ask(broker, 'GET', '/config/effective', undefined, 'mon')).status, 401)
  assert.equal((await ask(broker, 'POST', at('stop'), '{}', 'mon')).status, 401)
  assert.equal((await ask(broker, 'POST', at('stop'), '{}')).status, 204)
  assert.equal((await broker.server.outcome()).status, 0)
})

test('the control socket takes no password, but a wrong one is still wrong', async (t) => {
  const broker = await ControlledBroker.start(t)
  assert.equal((await broker.run('list_users')).status, 0)
  assert.equal((await broker.run('authenticate_user', 'guest', 'wrong')).status, 65)
})

test('links of nodes that were killed are swept away by the next one', async (t) => {
  const killed = await ControlledBroker.start(t)
  const folder = killed.environment.LEVERET_CONTROL_DIR!
  killed.server.signal('SIGKILL')
  await killed.server.outcome()
  assert.equal(readdirSync(folder).length, 1)
  await ControlledBroker.start(t, { LEVERET_CONTROL_DIR: folder })
  await until(() => readdirSync(folder).length === 1, 'only the new link is left')
  assert.equal((await killed.run('ping')).status, 0, 'and the new node is found')
})
