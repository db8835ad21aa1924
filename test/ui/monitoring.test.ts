import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { requireTool } from '../support/tools.js'
import { MONITOR, STAGE_PASSWORD } from '../support/ui-stage.js'
import { until } from '../support/wait.js'
import { logIn, visit } from './browser.js'
import { openScene, openSceneAt, type Scene } from './scene.js'

/** What changes something; nobody who may only look is offered it. */
const CHANGES =
  /^(Add |Delete|Purge|Remove|Close$|Change|Set a limit|Import|Enable|Unbind|Bind$|Publish$|Move messages$)/

async function openAsMonitor(t: TestContext): Promise<Scene> {
  const scene = await openScene(t)
  await logIn(scene.page, scene.stage.url, MONITOR, STAGE_PASSWORD)
  return scene
}

async function offered(page: Page): Promise<string[]> {
  const texts = await page.locator('main').getByRole('button').allTextContents()
  return texts.filter((text) => CHANGES.test(text.trim()))
}

test('a monitoring user walks from the overview to a channel and a consumer, and is offered no change', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems } = await openAsMonitor(t)
  await visit(page, '#/connections')
  await page.getByRole('link', { name: /billing worker/ }).click()
  await page.getByText('What the client says of itself').waitFor()
  assert.deepEqual(await offered(page), [])
  await page.getByRole('table').last().getByRole('link').first().click()
  await page.getByRole('cell', { name: 'orders.billing' }).waitFor()
  assert.deepEqual(await offered(page), [])
  await page.getByRole('cell', { name: 'orders.billing' }).getByRole('link').click()
  await page.getByRole('heading', { name: 'orders.billing' }).waitFor()
  for (const hash of [
    '#/',
    '#/consumers',
    '#/channels',
    '#/topology',
    '#/limits',
    '#/policies',
    '#/features',
  ]) {
    await visit(page, hash)
    assert.deepEqual(await offered(page), [], hash)
  }
  assert.deepEqual(problems, [])
})

test('a monitoring user reads messages, explains a route, and is told of a refusal in words', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems } = await openAsMonitor(t)
  await visit(page, '#/queues/%2F/orders.dead?tab=messages')
  await page.locator('tbody tr[data-row]').first().click()
  await page.getByText('because a consumer rejected it').waitFor()
  await page.keyboard.press('Escape')
  await visit(page, '#/route?vhost=%2F&exchange=documents&headers=%7B%22format%22%3A%22pdf%22%7D&asked=1')
  await page.getByText('1 queue would get it').waitFor()
  await visit(page, '#/route?vhost=%2F&exchange=documents&headers=%7B%22format%22%3A%22doc%22%7D&asked=1')
  await page.getByText('No queue would get it').waitFor()
  await page.locator('.reason').getByText('format').first().waitFor()
  assert.deepEqual(problems, [])
})

test('an alarm is told in words with what to do, and goes when it is over', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, '#/')
  // Nobody measures a disk here, so what is set stays.
  stage.broker.alarms.set('disk')
  await page.getByRole('alert').getByText('Disk alarm').waitFor()
  await page.getByText('Free space on the disk').waitFor()
  stage.broker.alarms.clear('disk')
  await page.getByRole('alert').waitFor({ state: 'detached' })
  assert.deepEqual(problems, [])
})

test('charts reach back a day, of the broker and of a single queue, and the link keeps the range', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems } = await openSceneAt(t, '#/')
  for (const hash of ['#/', '#/queues/%2F/orders.shipping', '#/exchanges/%2F/orders']) {
    await visit(page, hash)
    const asked = page.waitForRequest((request) => request.url().includes('lengths_age=86400'))
    await page.getByRole('button', { name: '24 h' }).click()
    assert.equal((await (await asked).response())?.status(), 200)
    assert.match(page.url(), /range=24h/)
    await page.locator('.chart canvas').first().waitFor()
  }
  assert.deepEqual(problems, [])
})

test('nothing jumps when the figures are looked at again', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, stage, problems } = await openSceneAt(t, '#/')
  await Promise.all(
    ['#/', '#/queues', '#/queues/%2F/orders.shipping', '#/connections'].map(async (hash) => {
      const watched = await page.context().newPage()
      let answers = 0
      watched.on('response', (response) => {
        if (/api\/(overview|queues|connections)/.test(response.url())) answers++
      })
      await watched.goto(`${stage.url}${hash}`)
      await watched.locator('main h1').first().waitFor()
      // Charts and tables are drawn with the first answers; what comes after them must leave everything in its place.
      await until(() => answers >= 3, 'the first answers', 20_000)
      await watched.evaluate(`window.jumps = 0
        new PerformanceObserver((list) => {
          for (const { value } of list.getEntries()) window.jumps += value
        }).observe({ type: 'layout-shift' })`)
      const seen = answers
      await until(() => answers >= seen + 3, 'more answers', 20_000)
      assert.ok(Number(await watched.evaluate('window.jumps')) < 0.005, `${hash} jumps`)
    }),
  )
  assert.deepEqual(problems, [])
})
