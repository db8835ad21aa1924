import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { connect } from '../../src/client/index.js'
import { cleanUp } from '../support/cleanup.js'
import { requireTool } from '../support/tools.js'
import { until } from '../support/wait.js'
import { visit } from './browser.js'
import { answer, button, confirm, openSceneAt, said } from './scene.js'

const rows = (page: Page) => page.locator('tbody tr[data-row]')

/** What stands in a column of the rows in sight. */
async function cells(page: Page, column: number): Promise<string[]> {
  return page.locator(`tbody tr[data-row] td:nth-child(${column})`).allTextContents()
}

test('queues are chosen together, purged and deleted after their number is typed', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, '#/')
  const { channel } = stage
  for (const name of ['old.a', 'old.b', 'old.c']) await channel.declareQueue(name, { durable: true })
  for (const name of ['old.a', 'old.b']) channel.publish('', name, 'left over')
  await channel.checkQueue('old.b')
  await visit(page, '#/queues?name=old.')
  await until(async () => (await rows(page).count()) === 3, 'the three queues')
  await page.getByLabel('Choose all').check()
  await page.getByText('3 queues chosen').waitFor()
  await button(page, 'Purge').click()
  await confirm(page, 'Purge', '3 queues')
  await said(page, '3 queues purged')
  const queues = stage.broker.doors.topology.vhosts.get('/')?.queues
  assert.equal((await channel.checkQueue('old.a')).messageCount, 0)
  await page.getByLabel('Choose all').check()
  await rows(page).nth(2).getByRole('checkbox').uncheck()
  await button(page, 'Delete').click()
  await confirm(page, 'Delete', '2 queues')
  await said(page, '2 queues deleted')
  assert.deepEqual(
    [...(queues?.keys() ?? [])].filter((name) => name.startsWith('old.')),
    ['old.c'],
  )
  assert.deepEqual(problems, [])
})

test('lists are sorted by their heads, cut into pages and filtered, and the address says how', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, '#/')
  for (let i = 0; i < 60; i++) await stage.channel.declareQueue(`sorted.${String(i).padStart(2, '0')}`)
  for (let i = 0; i < 3; i++) stage.channel.publish('', 'sorted.07', 'x')
  await stage.channel.checkQueue('sorted.07')
  await visit(page, '#/queues?name=sorted.&size=50')
  await page.getByText('1 / 2').waitFor()
  await button(page, 'Next page').click()
  await until(async () => (await cells(page, 2)).includes('sorted.59'), 'the second page')
  assert.match(page.url(), /page=2/)
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
  await until(async () => (await cells(page, 2))[0] === 'sorted.59', 'the names backwards')
  await page.getByRole('columnheader', { name: 'Ready' }).getByRole('button').click()
  await until(async () => (await cells(page, 2))[0] === 'sorted.07', 'the fullest queue first')
  assert.match(page.url(), /sort=-ready/)
  assert.equal(
    await page.getByRole('columnheader', { name: 'Ready' }).getAttribute('aria-sort'),
    'descending',
  )

  await visit(page, '#/consumers?name=card')
  await until(async () => (await rows(page).count()) === 1, 'the one consumer')
  await visit(page, '#/channels?name=billing')
  await page.getByText('No channel').or(rows(page).first()).first().waitFor()
  await visit(page, '#/exchanges?name=nothing-like-it')
  await page.getByText('Clear the filter').waitFor()
  assert.deepEqual(problems, [])
})

test('arrow keys, Home, End and Enter walk a table, and the row keeps the focus', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, '#/')
  for (let i = 0; i < 120; i++) await stage.channel.declareQueue(`walk.${String(i).padStart(3, '0')}`)
  await visit(page, '#/queues?name=walk.&size=200')
  const focused = () =>
    page.evaluate("document.activeElement?.closest('tr')?.querySelector('a')?.textContent ?? ''")
  await rows(page).first().focus()
  for (const [key, name] of [
    ['End', 'walk.119'],
    ['ArrowUp', 'walk.118'],
    ['PageUp', 'walk.103'],
    ['Home', 'walk.000'],
    ['ArrowDown', 'walk.001'],
  ] as const) {
    await page.keyboard.press(key)
    await until(async () => (await focused()) === name, `${name} after ${key}`)
  }
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'walk.001' }).waitFor()
  assert.deepEqual(problems, [])
})

test('several connections are closed at once with a reason', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, '#/')
  const reasons: string[] = []
  for (const connectionName of ['idle one', 'idle two']) {
    const connection = await connect({ host: '127.0.0.1', port: stage.broker.port, connectionName })
    cleanUp(t, () => connection.close().catch(() => undefined))
    connection.on('closed', (error) => reasons.push(String(error)))
  }
  await visit(page, '#/connections')
  for (const name of ['idle one', 'idle two']) {
    await page.getByRole('row').filter({ hasText: name }).getByRole('checkbox').check()
  }
  await button(page, 'Close').click()
  await page.getByLabel('Reason').fill('not needed any more')
  await answer(page, 'Close')
  await until(
    () => reasons.filter((each) => each.includes('not needed any more')).length === 2,
    'both reasons',
  )
  assert.deepEqual(problems, [])
})

test('the graph of a vhost shows live rates, highlights by name and opens what is clicked', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems } = await openSceneAt(t, '#/topology')
  const node = (name: string) => page.getByRole('link', { name: new RegExp(`^${name}`) })
  await node('orders.shipping').waitFor()
  await page.locator('.graph-edge.is-live').first().waitFor({ timeout: 15_000 })
  await page.getByLabel('Highlight by name').fill('payments')
  await until(async () => (await page.locator('svg.graph .is-faint').count()) > 0, 'the faded rest')
  await page.getByLabel('Show what is not bound').check()
  await node('amq.direct').waitFor()
  await node('payments.card').click()
  await page.getByRole('heading', { name: 'payments.card' }).waitFor()
  assert.deepEqual(problems, [])
})
