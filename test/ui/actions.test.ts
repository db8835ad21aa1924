import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { cleanUp } from '../support/cleanup.js'
import { requireTool } from '../support/tools.js'
import { openUiStage, type UiStage } from '../support/ui-stage.js'
import { until } from '../support/wait.js'
import { logIn, openPage, seriousFindings, visit } from './browser.js'
import { sharedBrowser } from './shared-browser.js'

interface Scene {
  readonly page: Page
  readonly stage: UiStage
  readonly problems: string[]
}

async function open(t: TestContext): Promise<Scene> {
  const stage = await openUiStage()
  cleanUp(t, () => stage.close())
  const browser = await sharedBrowser()
  const { page, problems } = await openPage(browser)
  cleanUp(t, () => page.context().close())
  return { page, problems, stage }
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const said = (page: Page, text: string) => page.locator('.toast').filter({ hasText: text }).waitFor()

async function confirm(page: Page, action: string, typed: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  const go = dialog.getByRole('button', { name: action, exact: true })
  assert.ok(await go.isDisabled(), 'nothing happens before the name is typed')
  await dialog.getByRole('textbox').fill(typed)
  await go.click()
}

test('login refuses a wrong password in words, keeps the address, and logout ends the session', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage } = await open(t)
  await page.goto(`${stage.url}#/queues?name=orders`)
  await page.getByLabel('User').fill('guest')
  await page.getByLabel('Password').fill('wrong')
  await button(page, 'Log in').click()
  await page.getByText('User or password is wrong.').waitFor()
  await page.getByLabel('Password').fill('guest')
  await button(page, 'Log in').click()
  await page.getByRole('link', { name: 'orders.shipping' }).waitFor()
  assert.equal(await page.getByRole('searchbox').inputValue(), 'orders')
  const cookies = await page.context().cookies()
  assert.deepEqual(
    cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite]),
    [[true, 'Strict']],
  )
  await button(page, 'Log out').click()
  await page.getByLabel('User').waitFor()
  await page.reload()
  await page.getByLabel('User').waitFor()
})

test('a queue is made, filled, looked into, emptied by moving, purged and deleted', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await open(t)
  await logIn(page, stage.url, 'guest', 'guest')
  await visit(page, '#/queues')
  await button(page, 'Add a queue').click()
  await page.getByLabel('Name', { exact: true }).fill('fresh')
  assert.deepEqual(await seriousFindings(page), [], 'dialog')
  await button(page, 'Add the queue').click()
  await page.getByRole('heading', { name: 'fresh' }).waitFor()

  for (const payload of ['{"n":1}', '{"n":2}', 'plain text']) {
    await button(page, 'Publish').first().click()
    await page.getByLabel('Payload', { exact: true }).fill(payload)
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  await page.getByRole('link', { name: 'Messages', exact: true }).click()
  await page.getByText('Looked at 3 messages').waitFor()
  await page.locator('tbody tr').first().click()
  await page.getByRole('dialog').getByText('"n": 1').waitFor()
  await button(page, 'hex').click()
  await page.getByText('7b 22 6e 22').waitFor()
  assert.deepEqual(await seriousFindings(page), [], 'message')
  const saved = page.waitForEvent('download')
  await button(page, 'Download').click()
  assert.equal(await readFile(await (await saved).path(), 'utf8'), '{"n":1}')
  await button(page, 'Copy as a new message').click()
  assert.equal(await page.getByLabel('Payload', { exact: true }).inputValue(), '{"n":1}')
  await page.keyboard.press('Escape')

  await page.locator('tbody input[type=checkbox]').nth(1).check()
  await button(page, 'Move').click()
  await page.getByRole('combobox', { name: 'Queue', exact: true }).fill('payments.lost')
  await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click()
  await page.getByText('Looked at 2 messages').waitFor()

  await button(page, 'Purge').click()
  await confirm(page, 'Purge', 'fresh')
  await page.getByText('No messages here').waitFor()
  await button(page, 'Delete').click()
  await confirm(page, 'Delete the queue', 'fresh')
  await page.getByRole('heading', { name: 'Queues and streams' }).waitFor()
  assert.equal(stage.broker.doors.topology.vhosts.get('/')?.queues.has('fresh'), false)
  assert.deepEqual(problems, [])
})

test('dead letters say why they died and go back in one click', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await open(t)
  await logIn(page, stage.url, 'guest', 'guest')
  await visit(page, '#/queues/%2F/orders.dead?tab=messages')
  await page.locator('tbody tr').first().click()
  await page.getByText('Died in queue orders.checked because a consumer rejected it').waitFor()
  await page.keyboard.press('Escape')
  await page.getByLabel('Choose all').check()
  await button(page, 'Send back to where they died').click()
  await said(page, 'Messages sent back')
  await page.getByText('No messages here').waitFor()
  await visit(page, '#/queues/%2F/orders.checked?tab=messages')
  await page.getByText('Looked at 6 messages').waitFor()
  assert.deepEqual(problems, [])
})

test('an exchange is made, bound, explained, unbound and deleted', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await open(t)
  await logIn(page, stage.url, 'guest', 'guest')
  await visit(page, '#/exchanges')
  await button(page, 'Add an exchange').click()
  await page.getByLabel('Name', { exact: true }).fill('news')
  await page.getByLabel('Type', { exact: true }).selectOption('topic')
  await button(page, 'Add the exchange').click()
  await page.getByRole('heading', { name: 'news' }).waitFor()
  await button(page, 'Bind').click()
  await page.getByLabel('Queue', { exact: true }).fill('documents.pdf')
  await page.getByLabel('Routing key').fill('sport.*')
  await page.getByRole('dialog').getByRole('button', { name: 'Bind' }).click()
  await page.getByRole('cell', { name: 'sport.*' }).waitFor()
  await page.getByRole('link', { name: 'Explain a route' }).last().click()
  await page.getByLabel('Routing key').fill('weather.eu')
  await button(page, 'Explain').click()
  await page.getByText("word 1 is 'weather', the pattern wants 'sport'").waitFor()
  await page.getByLabel('Routing key').fill('sport.eu')
  await button(page, 'Explain').click()
  await page.getByText('1 queue would get it').waitFor()
  await visit(page, '#/exchanges/%2F/news')
  await button(page, 'Unbind').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Unbind' }).click()
  await page.getByText('Nothing is bound to it').waitFor()
  await button(page, 'Delete').click()
  await confirm(page, 'Delete the exchange', 'news')
  await page.getByRole('heading', { name: 'Exchanges' }).waitFor()
  assert.deepEqual(problems, [])
})

test('a connection is closed, and its client is told why', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await open(t)
  let reason = ''
  stage.connection.on('closed', (error) => {
    reason = String(error)
  })
  await logIn(page, stage.url, 'guest', 'guest')
  await visit(page, '#/connections')
  await page.getByRole('link', { name: /shop front/ }).click()
  await button(page, 'Close').click()
  await page.getByLabel('Reason').fill('maintenance at noon')
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click()
  await until(() => reason.includes('maintenance at noon'), 'the reason at the client')
  assert.deepEqual(problems, [])
})

test('users, permissions, virtual hosts, policies, limits and parameters are administered', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await open(t)
  await logIn(page, stage.url, 'guest', 'guest')
  await visit(page, '#/vhosts')
  await button(page, 'Add a virtual host').click()
  await page.getByLabel('Name', { exact: true }).fill('blue')
  await button(page, 'Save').click()
  await said(page, 'Virtual host blue saved')

  await visit(page, '#/users')
  await button(page, 'Add a user').click()
  await page.getByLabel('Name', { exact: true }).fill('ann')
  await page.getByLabel('New password').fill('pw')
  await page.getByLabel('monitoring').check()
  await button(page, 'Save').click()
  await page.getByRole('link', { name: 'ann', exact: true }).click()
  await button(page, 'Add a permission').click()
  await page.getByLabel('Virtual host').selectOption('blue')
  await page.getByLabel(/^Write/).fill('^out')
  await button(page, 'Save').click()
  await page.getByRole('cell', { name: '^out' }).waitFor()
  await button(page, 'Add a topic permission').click()
  await button(page, 'Save').click()
  await page.getByRole('cell', { name: 'amq.topic' }).waitFor()

  await visit(page, '#/policies')
  await button(page, 'Add a policy').click()
  await page.getByLabel('Name', { exact: true }).first().fill('short')
  await page.getByLabel('Virtual host').last().selectOption('/')
  await page.getByLabel('Pattern').fill('^payments')
  await page.getByText('Fits 2 queues').waitFor()
  const setting = page.locator('.argument')
  await setting.getByLabel('Name').fill('message-ttl')
  await setting.getByLabel('Value of message-ttl').fill('60000')
  await button(page, 'Save').click()
  await said(page, 'Policy short saved')
  await visit(page, '#/queues/%2F/payments.card?tab=settings')
  await page.getByText('policy short').last().waitFor()

  await visit(page, '#/limits')
  await button(page, 'Set a limit').first().click()
  await page.getByLabel('Virtual host').selectOption('blue')
  await page.getByLabel('At most').fill('7')
  await button(page, 'Save').click()
  await page.getByRole('cell', { name: 'blue' }).waitFor()

  await visit(page, '#/parameters')
  await button(page, 'Add a global parameter').click()
  await page.getByLabel('Name', { exact: true }).fill('note')
  await page.getByLabel('Value, as JSON').fill('{"by":"ann"}')
  await button(page, 'Save').click()
  await page.getByRole('cell', { name: '{"by":"ann"}' }).waitFor()

  await visit(page, '#/users/ann')
  await button(page, 'Delete').click()
  await confirm(page, 'Delete the user', 'ann')
  await page.getByRole('heading', { name: 'Users' }).waitFor()
  await visit(page, '#/vhosts/blue')
  await button(page, 'Delete').click()
  await confirm(page, 'Delete all of it', 'blue')
  await page.getByRole('heading', { name: 'Virtual hosts' }).waitFor()
  assert.deepEqual(problems, [])
})

test('definitions are exported, and imported after a look at what changes', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await open(t)
  await logIn(page, stage.url, 'guest', 'guest')
  await visit(page, '#/definitions')
  const saved = page.waitForEvent('download')
  await button(page, 'Download').click()
  const definitions = JSON.parse(await readFile(await (await saved).path(), 'utf8'))
  const file = join(tmpdir(), `definitions-${process.pid}.json`)
  cleanUp(t, async () => (await import('node:fs/promises')).rm(file, { force: true }))
  await writeFile(file, JSON.stringify(definitions))
  await page.getByLabel('File of definitions').setInputFiles(file)
  await page.getByText('Nothing: all of it is there already.').waitFor()
  definitions.queues.push({ name: 'added', vhost: '/', durable: true, auto_delete: false, arguments: {} })
  await writeFile(file, JSON.stringify(definitions))
  await page.getByLabel('File of definitions').setInputFiles(file)
  await page.getByRole('cell', { name: '/ added' }).waitFor()
  await page.getByText('1 change:').waitFor()
  await button(page, 'Import').click()
  await said(page, 'Definitions imported')
  assert.ok(stage.broker.doors.topology.vhosts.get('/')?.queues.has('added'))
  assert.deepEqual(problems, [])
})

test('a trace shows messages as they pass, and leaves nothing behind when it is stopped', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await open(t)
  await logIn(page, stage.url, 'guest', 'guest')
  await visit(page, '#/tracing')
  await page.getByLabel('What').selectOption('publish')
  await page.getByLabel('To exchange').fill('payments')
  await button(page, 'Start a trace').click()
  await page.getByRole('cell', { name: 'published' }).first().waitFor()
  await page.getByRole('cell', { name: 'payments.card' }).first().waitFor()
  await button(page, 'Pause').click()
  await page.locator('table[aria-label="Traced messages"] tbody tr').first().click()
  await page.getByRole('dialog').getByText('"payment"').waitFor()
  await page.keyboard.press('Escape')
  await button(page, 'Stop').click()
  await page.getByText('No trace runs here').waitFor()
  const vhost = stage.broker.doors.topology.vhosts.get('/')
  assert.equal(vhost?.tracing, false)
  assert.ok(![...(vhost?.queues.keys() ?? [])].some((name) => name.startsWith('leveret.trace')))
  assert.deepEqual(problems, [])
})

test('the keyboard reaches everything: palette, filter, rows', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await open(t)
  await logIn(page, stage.url, 'guest', 'guest')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('shipp')
  await page.getByRole('option', { name: /orders\.shipping/ }).waitFor()
  assert.deepEqual(await seriousFindings(page), [], 'palette')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'orders.shipping' }).waitFor()
  await visit(page, '#/queues')
  await page.keyboard.press('/')
  await page.keyboard.type('payments')
  await until(async () => (await page.locator('tbody tr').count()) === 2, 'the filtered rows')
  await page.locator('tbody tr').first().focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Space')
  await page.getByText('1 queue chosen').waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'payments.lost' }).waitFor()
  assert.deepEqual(problems, [])
})

test('what others change appears by itself, and the theme stays as it was chosen', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await open(t)
  await logIn(page, stage.url, 'guest', 'guest')
  await visit(page, '#/queues')
  await button(page, 'Dark theme').click()
  await stage.channel.declareQueue('appears', { durable: true })
  await page.getByRole('link', { name: 'appears' }).waitFor({ timeout: 4000 })
  await page.reload()
  await page.getByRole('link', { name: 'appears' }).waitFor()
  assert.equal(await page.evaluate('document.documentElement.dataset.theme'), 'dark')
  assert.deepEqual(problems, [])
})
