import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { cleanUp } from '../support/cleanup.js'
import { requireTool } from '../support/tools.js'
import { MONITOR, openUiStage, STAGE_PASSWORD, type UiStage } from '../support/ui-stage.js'
import { logIn, openPage, seriousFindings, visit, type WatchedPage } from './browser.js'
import { sharedBrowser } from './shared-browser.js'

/** Every page, and something that it shows only when it works. */
const PAGES: readonly (readonly [hash: string, shows: string])[] = [
  ['#/', 'Messages per second'],
  ['#/connections', 'shop front'],
  ['#/channels', 'confirms|plain'],
  ['#/consumers', 'payments.card'],
  ['#/queues', 'orders.shipping'],
  ['#/queues/%2F/orders.shipping', 'Where the messages are'],
  ['#/queues/%2F/orders.shipping?tab=messages', 'order-1001|order'],
  ['#/queues/%2F/orders.dead?tab=messages', 'rejected'],
  ['#/queues/%2F/audit.log?tab=messages', 'Looked at'],
  ['#/queues/%2F/orders.billing?tab=consumers', 'manual'],
  ['#/queues/%2F/orders.billing?tab=bindings', 'order.*.created'],
  ['#/queues/%2F/orders.shipping?tab=settings', 'Messages expire after 1 h'],
  ['#/exchanges', 'headers'],
  ['#/exchanges/%2F/orders', 'order.eu.*'],
  ['#/topology', 'nodes'],
  ['#/route?vhost=%2F&exchange=orders&key=order.us.paid&asked=1', 'the pattern wants'],
  ['#/policies', 'bounded'],
  ['#/limits', 'staging'],
  ['#/features', 'Exchange types'],
]
const ADMINISTRATION: typeof PAGES = [
  ['#/tracing', 'Start a trace'],
  ['#/users', 'watcher'],
  ['#/users/shop', '^orders'],
  ['#/vhosts', 'What comes next'],
  ['#/vhosts/%2F', 'Permissions'],
  ['#/parameters', 'cluster_tags'],
  ['#/definitions', 'Import'],
]

let stageOfAll: Promise<UiStage> | undefined

/** These tests only look. */
function sharedStage(): Promise<UiStage> {
  stageOfAll ??= openUiStage()
  return stageOfAll
}

after(async () => (await stageOfAll)?.close())

async function open(
  t: TestContext,
  options: Parameters<typeof openPage>[1] = {},
): Promise<WatchedPage & { readonly stage: UiStage }> {
  const stage = await sharedStage()
  const browser = await sharedBrowser()
  const watched = await openPage(browser, options)
  cleanUp(t, () => watched.page.context().close())
  return { stage, ...watched }
}

/** Wider than this no page may be on a telephone. */
const NARROW = { width: 375, height: 812 }
const WIDE = { width: 1440, height: 900 }

for (const theme of ['light', 'dark'] as const) {
  test(`an administrator finds every page filled, accessible, and within a narrow screen: ${theme}`, async (t) => {
    if (!requireTool(t, 'chromium')) return
    const { page, problems, stage } = await open(t, { theme })
    await page.goto(stage.url)
    assert.deepEqual(await seriousFindings(page), [], 'login')
    await logIn(page, stage.url, 'guest', 'guest')
    for (const [hash, shows] of [...PAGES, ...(await peerPages(page)), ...ADMINISTRATION]) {
      await visit(page, hash)
      await page
        .locator('main')
        .filter({ hasText: new RegExp(escaped(shows)) })
        .waitFor()
      assert.deepEqual(await seriousFindings(page), [], hash)
      await page.setViewportSize(NARROW)
      const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
      assert.ok(Number(overflow) <= 0, `${hash} is ${overflow} px too wide`)
      await page.setViewportSize(WIDE)
    }
    assert.deepEqual(problems, [])
  })
}

test('on a narrow screen the menu leads from page to page', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems, stage } = await open(t, { theme: 'dark', ...NARROW })
  await logIn(page, stage.url, 'guest', 'guest')
  for (const hash of ['#/', '#/queues', '#/queues/%2F/orders.shipping', '#/policies']) {
    await visit(page, hash)
    assert.deepEqual(await seriousFindings(page), [], hash)
  }
  await page.getByRole('button', { name: 'Menu' }).click()
  assert.deepEqual(await seriousFindings(page), [], 'menu')
  await page.getByRole('link', { name: 'Exchanges' }).click()
  await page.getByRole('heading', { name: 'Exchanges' }).waitFor()
  assert.deepEqual(problems, [])
})

test('a monitoring user sees what happens, and no way to change what it may not', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const { page, problems, stage } = await open(t)
  await logIn(page, stage.url, MONITOR, STAGE_PASSWORD)
  const links = await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allTextContents()
  for (const hidden of ['Users', 'Virtual hosts', 'Parameters', 'Definitions', 'Tracing']) {
    assert.ok(!links.some((text) => text.includes(hidden)), hidden)
  }
  for (const [hash, shows] of PAGES) {
    await visit(page, hash)
    await page
      .locator('main')
      .filter({ hasText: new RegExp(escaped(shows)) })
      .waitFor()
  }
  await visit(page, '#/policies').catch(() => undefined)
  assert.equal(await page.getByRole('button', { name: 'Add a policy' }).count(), 0)
  await page.evaluate("location.hash = '#/users'")
  await page.getByText('This page is not for you').waitFor()
  await page.evaluate("location.hash = '#/connections'")
  await page.getByRole('link', { name: /shop front/ }).click()
  await page.getByText('What the client says of itself').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Close', exact: true }).count(), 0)
  assert.deepEqual(problems, [])
})

/** The pages of a connection and of a channel, whose names have ports in them. */
async function peerPages(page: Page): Promise<typeof PAGES> {
  const names = await page.evaluate(async () => {
    const channels = (await (await fetch('api/channels')).json()) as {
      name: string
      connection_details: { name: string }
    }[]
    return channels.map(({ name, connection_details: { name: connection } }) => [connection, name] as const)
  })
  const [connection, channel] = names.map((pair) => pair.map(encodeURIComponent))[0] ?? []
  return [
    [`#/connections/${connection}`, 'What the client says of itself'],
    [`#/channels/${channel}`, 'Consumers'],
  ]
}

/** The bars stay: they part alternatives. */
function escaped(text: string): string {
  return text.replace(/[.*^$]/g, '\\$&')
}
