import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireTool } from '../support/tools.js'
import { until } from '../support/wait.js'
import { visit } from './browser.js'
import { answer, button, confirm, openSceneAt, said } from './scene.js'

const SHIPPING = '#/queues/%2F/orders.shipping?tab=messages'
const DEAD = '#/queues/%2F/orders.dead?tab=messages'

test('messages are filtered by state, routing key and body, and the address keeps the filter', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, SHIPPING)
  const rows = page.locator('tbody tr[data-row]')
  await page.getByLabel('Routing key is').fill('order.us.paid')
  await until(
    async () => (await rows.filter({ hasText: 'order.eu.created' }).count()) === 0,
    'the filtered rows',
  )
  await page.getByLabel('Body holds').fill('"order":1001')
  await until(async () => (await rows.count()) === 1, 'the one order')
  assert.match(page.url(), /key=order\.us\.paid&body=/)
  await page.reload()
  await until(async () => (await rows.count()) === 1, 'the one order after a reload')

  // Held by a consumer that never acknowledges: it shows as unacked, and cannot be chosen for moving.
  const holder = await stage.connection.channel()
  await holder.get('documents.pdf')
  await visit(page, '#/queues/%2F/documents.pdf?tab=messages')
  await page.getByLabel('State').selectOption('unacked')
  await until(async () => (await rows.filter({ hasText: 'unacked' }).count()) === 1, 'the unacked message')
  await rows.first().getByRole('checkbox').check()
  assert.equal(await button(page, 'Move').count(), 0)
  await page.getByLabel('State').selectOption('ready')
  await page.getByText('No messages here').waitFor()
  assert.deepEqual(problems, [])
})

test('chosen messages are put at the end, dead-lettered and deleted', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, '#/')
  const { channel } = stage
  await channel.declareQueue('work', {
    durable: true,
    arguments: { 'x-dead-letter-exchange': 'dead', 'x-dead-letter-routing-key': 'orders' },
  })
  for (const body of ['one', 'two', 'three', 'four']) channel.publish('', 'work', body)
  await visit(page, '#/queues/%2F/work?tab=messages')
  await page.getByText('Looked at 4 messages').waitFor()
  const row = (text: string) => page.getByRole('row').filter({ hasText: text })
  await row('one').getByRole('checkbox').check()
  await button(page, 'Requeue at the end').click()
  await said(page, 'put at the end')
  await until(
    async () => /one/.test((await page.locator('tbody tr[data-row]').last().textContent()) ?? ''),
    'one at the end',
  )

  await row('two').getByRole('checkbox').check()
  await button(page, 'Dead-letter').click()
  await confirm(page, 'Dead-letter', 'work')
  await page.getByText('Looked at 3 messages').waitFor()

  await row('three').getByRole('checkbox').check()
  await button(page, 'Delete').last().click()
  await confirm(page, 'Delete', 'work')
  await page.getByText('Looked at 2 messages').waitFor()

  await visit(page, `${DEAD}&body=two`)
  await page.getByRole('row').filter({ hasText: 'two' }).waitFor()
  assert.deepEqual(problems, [])
})

test('all ready messages of a queue move to an exchange under a new key', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems } = await openSceneAt(t, '#/queues/%2F/documents.pdf')
  await button(page, 'Move messages').click()
  await page.getByLabel('Where to').selectOption('exchange')
  await page.getByRole('combobox', { name: 'Exchange', exact: true }).fill('dead')
  await page.getByLabel('Routing key', { exact: true }).fill('orders')
  await answer(page, 'Move')
  await said(page, 'moved')
  await visit(page, `${DEAD}&state=ready`)
  await page.getByRole('row').filter({ hasText: '8 B' }).first().click()
  await page.getByText('25 50 44 46').waitFor()
  assert.deepEqual(problems, [])
})

test('a message that is copied can be changed and published, and one that nothing takes is told', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems } = await openSceneAt(t, `${SHIPPING}&body=1001`)
  await page.locator('tbody tr[data-row]').first().click()
  await button(page, 'Copy as a new message').click()
  await page.getByLabel('Payload', { exact: true }).fill('changed')
  await page.getByLabel('Routing key', { exact: true }).fill('order.us.copied')
  await answer(page, 'Publish')
  await visit(page, '#/queues/%2F/orders.shipping?tab=messages&key=order.us.copied')
  await page.getByRole('row').filter({ hasText: 'changed' }).click()
  await page.getByRole('dialog').getByText('order-1001').first().waitFor()
  await page.keyboard.press('Escape')

  await visit(page, '#/exchanges/%2F/dead')
  await button(page, 'Publish').first().click()
  await page.getByLabel('Routing key', { exact: true }).fill('nowhere')
  await answer(page, 'Publish')
  await said(page, 'No queue took the message')
  assert.deepEqual(problems, [])
})
