import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requireTool } from '../support/tools.js'
import { visit } from './browser.js'
import { answer, button, openSceneAt, rowButton, said } from './scene.js'

test('a user is given other tags and a new password, and permissions are changed and taken away', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, '#/users/shop')
  await button(page, 'Change password or tags').click()
  await page.getByLabel('Password', { exact: true }).selectOption('password')
  await page.getByLabel('New password').fill('another')
  await page.getByRole('checkbox', { name: /^management/ }).check()
  await answer(page, 'Save')
  await said(page, 'User shop saved')
  const login = await fetch(`${stage.url}api/whoami`, {
    headers: { authorization: `Basic ${Buffer.from('shop:another').toString('base64')}` },
  })
  assert.deepEqual(((await login.json()) as { tags: string[] }).tags, ['management'])

  const permission = page.getByRole('table').first()
  await permission.getByRole('button', { name: 'Change' }).first().click()
  await page.getByLabel(/^Configure/).fill('^$')
  await answer(page, 'Save')
  await page.getByRole('cell', { name: '^$' }).waitFor()
  await rowButton(page, '^$', 'Remove').click()
  await answer(page, 'Remove')
  await said(page, 'Permission removed')
  await rowButton(page, '^order\\.', 'Remove').click()
  await said(page, 'Topic permission removed')
  assert.deepEqual(problems, [])
})

test('policies and operator policies are added, changed and removed, and queues say which hold', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems } = await openSceneAt(t, '#/policies')
  await rowButton(page, 'bounded', 'Change').click()
  await page.getByLabel('Priority').fill('9')
  await answer(page, 'Save')
  await page
    .getByRole('row')
    .filter({ hasText: 'bounded' })
    .getByRole('cell', { name: '9', exact: true })
    .waitFor()

  await button(page, 'Add an operator policy').click()
  await page.getByLabel('Name', { exact: true }).first().fill('lid')
  await page.getByLabel('Virtual host').last().selectOption('/')
  await page.getByLabel('Pattern').fill('^payments')
  await page.getByLabel('Priority').fill('5')
  const setting = page.locator('.argument')
  await setting.getByLabel('Name').fill('expires')
  await setting.getByLabel('Value of expires').fill('3600000')
  await answer(page, 'Save')
  await said(page, 'Policy lid saved')
  await visit(page, '#/queues/%2F/payments.card?tab=settings')
  await page.getByText('operator policy lid').first().waitFor()

  await visit(page, '#/policies')
  await rowButton(page, 'lid', 'Remove').click()
  await answer(page, 'Remove')
  await said(page, 'Policy lid removed')
  await rowButton(page, 'bounded', 'Remove').click()
  await answer(page, 'Remove')
  await said(page, 'Policy bounded removed')
  assert.deepEqual(problems, [])
})

test('limits of users and virtual hosts and global parameters are changed and removed', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, '#/limits')
  await button(page, 'Set a limit').last().click()
  await page.getByLabel('User', { exact: true }).selectOption('shop')
  await page.getByLabel('Of', { exact: true }).selectOption('max-channels')
  await page.getByLabel('At most').fill('12')
  await answer(page, 'Save')
  await page.getByRole('row').filter({ hasText: 'channels' }).getByRole('cell', { name: '12' }).waitFor()
  await rowButton(page, 'staging', 'Remove').click()
  await said(page, 'Limit removed')

  await visit(page, '#/parameters')
  await rowButton(page, 'cluster_tags', 'Change').click()
  await page.getByLabel('Value, as JSON').fill('{"region":')
  await button(page.getByRole('dialog'), 'Save').click()
  await said(page, 'The value is not JSON')
  await page.getByLabel('Value, as JSON').fill('{"region":"us"}')
  await answer(page, 'Save')
  await page.getByRole('cell', { name: '{"region":"us"}' }).waitFor()
  await rowButton(page, 'cluster_tags', 'Remove').click()
  await answer(page, 'Remove')
  await said(page, 'Parameter cluster_tags removed')
  assert.equal(
    (
      await fetch(`${stage.url}api/global-parameters/cluster_tags`, {
        headers: { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` },
      })
    ).status,
    404,
  )
  assert.deepEqual(problems, [])
})

test('a trace of deliveries is filtered, downloaded, and ends with the page that showed it', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems } = await openSceneAt(t, '#/tracing')
  await page.getByLabel('What').selectOption('deliver')
  await page.getByLabel('From queue').fill('payments.card')
  await button(page, 'Start a trace').click()
  await page.getByRole('cell', { name: 'delivered' }).first().waitFor()
  assert.equal(await page.getByRole('cell', { name: 'published' }).count(), 0)
  const saved = page.waitForEvent('download')
  await button(page, 'Download').click()
  assert.match((await saved).suggestedFilename(), /trace/)
  await page.getByLabel('Only those that hold').fill('nothing like it')
  await page.getByText('No message holds that').waitFor()
  await button(page, 'Stop').click()
  await page.getByText('No trace runs here').waitFor()
  assert.deepEqual(problems, [])
})

test('a broker that is gone is told, and the page comes back with it', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page } = await openSceneAt(t, '#/queues')
  await page.route('**/api/**', (route) => route.abort())
  await page.getByLabel('Filter queues').fill('zzz')
  await visit(page, '#/policies').catch(() => undefined)
  await page.getByText('The broker does not answer').first().waitFor({ timeout: 15_000 })
  await page.unroute('**/api/**')
  await page.getByRole('button', { name: 'Try again' }).first().click()
  await page.getByRole('cell', { name: 'bounded' }).waitFor()
})
