import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from '../src/client/index.js'
import { openUiStage } from '../test/support/ui-stage.js'
import { logIn, openBrowser, openPage, visit } from '../test/ui/browser.js'

/** Photographs every page in both themes, and some on a narrow screen, into `docs/ui/` or the folder that is named. */

const PAGES: readonly (readonly [name: string, hash: string])[] = [
  ['overview', '#/'],
  ['connections', '#/connections'],
  ['channels', '#/channels'],
  ['consumers', '#/consumers'],
  ['queues', '#/queues?vhost=%2F'],
  ['queue', '#/queues/%2F/orders.shipping'],
  ['queue-messages', '#/queues/%2F/orders.shipping?tab=messages'],
  ['queue-dead-letters', '#/queues/%2F/orders.dead?tab=messages'],
  ['queue-consumers', '#/queues/%2F/orders.billing?tab=consumers'],
  ['queue-bindings', '#/queues/%2F/orders.billing?tab=bindings'],
  ['queue-settings', '#/queues/%2F/orders.shipping?tab=settings'],
  ['exchanges', '#/exchanges?vhost=%2F'],
  ['exchange', '#/exchanges/%2F/orders'],
  ['topology', '#/topology'],
  ['topology-large', '#/topology?vhost=large'],
  ['route', '#/route?vhost=%2F&exchange=orders&key=order.us.created&asked=1'],
  ['users', '#/users'],
  ['user', '#/users/shop'],
  ['vhosts', '#/vhosts'],
  ['vhost', '#/vhosts/%2F'],
  ['policies', '#/policies'],
  ['parameters', '#/parameters'],
  ['limits', '#/limits'],
  ['definitions', '#/definitions'],
  ['features', '#/features'],
]
const NARROW = ['overview', 'queues', 'queue', 'queue-messages']

const folder = process.argv[2] ?? 'docs/ui'
const wanted = process.argv[3]
await mkdir(folder, { recursive: true })
const stage = await openUiStage()
await declareLarge()
const browser = await openBrowser()
try {
  // Charts need something to show.
  await new Promise((resolve) => setTimeout(resolve, Number(process.env.WARM_UP_MS ?? 40_000)))
  for (const theme of ['light', 'dark'] as const) {
    const { page, problems } = await openPage(browser, { theme })
    await page.goto(stage.url)
    await page.getByLabel('User').waitFor()
    if (wanted === undefined) await page.screenshot({ path: join(folder, `login-${theme}.png`) })
    await logIn(page, stage.url, 'guest', 'guest')
    const connections = await page.evaluate(async () => (await fetch('api/connections')).json())
    const shop = (connections as { name: string; user_provided_name?: string }[]).find(
      ({ user_provided_name: name }) => name === 'shop front',
    )
    const first = encodeURIComponent(shop?.name ?? '')
    const channel = encodeURIComponent(`${decodeURIComponent(first)} (1)`)
    const pages = [
      ...PAGES,
      ['connection', `#/connections/${first}`],
      ['channel', `#/channels/${channel}`],
    ] as const
    for (const [name, hash] of pages) {
      if (wanted !== undefined && !name.startsWith(wanted)) continue
      await visit(page, hash)
      await page.waitForTimeout(300)
      await page.screenshot({ path: join(folder, `${name}-${theme}.png`), fullPage: true })
    }
    if (wanted === undefined) {
      await visit(page, '#/queues/%2F/orders.dead?tab=messages')
      await page.locator('tbody tr').first().click()
      await page.waitForTimeout(300)
      await page.screenshot({ path: join(folder, `message-${theme}.png`) })
      await page.keyboard.press('Escape')
      await visit(page, '#/queues')
      await page.getByRole('button', { name: 'Add a queue' }).click()
      await page.screenshot({ path: join(folder, `queue-new-${theme}.png`) })
      await page.keyboard.press('Escape')
      await visit(page, '#/tracing')
      await page.getByRole('button', { name: 'Start a trace' }).click()
      await page.getByRole('cell', { name: 'published' }).nth(9).waitFor()
      await page.screenshot({ path: join(folder, `tracing-${theme}.png`) })
      await page.getByRole('button', { name: 'Stop' }).click()
      await page.getByText('No trace runs here').waitFor()
      await page.keyboard.press('Control+k')
      await page.keyboard.type('or')
      await page.waitForTimeout(300)
      await page.screenshot({ path: join(folder, `palette-${theme}.png`) })
      await page.keyboard.press('Escape')
      await page.setViewportSize({ width: 390, height: 844 })
      for (const [name, hash] of PAGES.filter(([each]) => NARROW.includes(each))) {
        await visit(page, hash)
        await page.waitForTimeout(300)
        await page.screenshot({ path: join(folder, `${name}-narrow-${theme}.png`) })
      }
    }
    for (const problem of problems) process.stderr.write(`${theme}: ${problem}\n`)
    await page.context().close()
  }
} finally {
  await browser.close()
  await stage.close()
}

/** Two hundred nodes: a graph should still be one that can be read. */
async function declareLarge(): Promise<void> {
  await fetch(`${stage.url}api/vhosts/large`, {
    method: 'PUT',
    headers: { authorization: `Basic ${Buffer.from('guest:guest').toString('base64')}` },
  })
  const connection = await connect({ host: '127.0.0.1', port: stage.broker.port, vhost: 'large' })
  const channel = await connection.channel()
  for (let i = 0; i < 20; i++) {
    await channel.declareExchange(`service-${i}`, 'topic', { durable: true })
    for (let j = 0; j < 9; j++) {
      const queue = `service-${i}.worker-${j}`
      await channel.declareQueue(queue, { durable: true })
      await channel.bindQueue(queue, `service-${i}`, `job.${j}.#`)
    }
    if (i > 0) await channel.bindExchange(`service-${i}`, `service-${Math.floor((i - 1) / 4)}`, `to.${i}.#`)
  }
  await connection.close()
}
