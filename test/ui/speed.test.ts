import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { type Connection, connect } from '../../src/client/index.js'
import { cleanUp } from '../support/cleanup.js'
import { requireTool } from '../support/tools.js'
import { logIn, openPage, visit } from './browser.js'
import { sharedBrowser } from './shared-browser.js'

const QUEUES = 10_000
const SCRIPT_BYTES_MAX = 250_000
/** What issue 6 asks for, in ms. Machines that are busy with other tests are given more: what is looked for is a cliff. */
const FIRST_PAGE_MS = 1000
const KEYSTROKE_MS = 100
const SLACK = Number(process.env.LEVERET_TEST_SLACK ?? 3)
/** Share of a core that one open page may cost. */
const POLLING_SHARE = 0.03
const POLLING_MS = 8000
const TICKS_PER_SECOND = 100

interface Server {
  readonly url: string
  readonly pid: number
  readonly connection: Connection
}

/** A broker of its own process, so that its time can be told from the test's. */
async function startServer(t: TestContext): Promise<Server> {
  const bin = fileURLToPath(new URL('../../../bin/leveret', import.meta.url))
  const child = spawn(process.execPath, [bin, '--amqp-port', '0', '--management-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LEVERET_PROMETHEUS_TCP_PORT: '0' },
  })
  cleanUp(t, async () => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  })
  let output = ''
  child.stdout.setEncoding('utf8')
  while (!/http \S+:\d+/.test(output)) output += String((await once(child.stdout, 'data'))[0])
  child.stdout.resume()
  const amqp = /amqp \S+?:(\d+)/.exec(output)?.[1]
  const http = /http \S+?:(\d+)/.exec(output)?.[1]
  const connection = await connect({ host: '127.0.0.1', port: Number(amqp) })
  cleanUp(t, () => connection.close())
  return { url: `http://127.0.0.1:${http}/`, pid: child.pid ?? 0, connection }
}

test('the first page comes fast, small, and costs the broker little while it is open', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const server = await startServer(t)
  const browser = await sharedBrowser()
  const { page, problems } = await openPage(browser)
  const sizes: number[] = []
  page.on('response', (response) => {
    if (/\.js$/.test(response.url())) sizes.push(Number(response.headers()['content-length']))
  })
  await logIn(page, server.url, 'guest', 'guest')
  const total = sizes.reduce((sum, size) => sum + size, 0)
  assert.ok(total > 0 && total < SCRIPT_BYTES_MAX, `${total} octets of scripts`)

  // The session is there, the cache is cold: as when the address is opened in the morning.
  const session = await page.context().newCDPSession(page)
  await session.send('Network.clearBrowserCache')
  const began = performance.now()
  await page.goto(`${server.url}?cold`)
  await page.getByText('Messages per second').waitFor()
  const firstPageMs = performance.now() - began
  assert.ok(firstPageMs < FIRST_PAGE_MS * SLACK, `${Math.round(firstPageMs)} ms`)

  await delay(2000)
  const before = await cpuSeconds(server.pid)
  await delay(POLLING_MS)
  const share = (await cpuSeconds(server.pid)) - before
  // What the broker does by itself is in it too.
  assert.ok(share / (POLLING_MS / 1000) < POLLING_SHARE * SLACK, `${share.toFixed(2)} s in ${POLLING_MS} ms`)
  t.diagnostic(
    `${total} octets, ${Math.round(firstPageMs)} ms, ${((share / POLLING_MS) * 1e5).toFixed(2)} % of a core`,
  )
  assert.deepEqual(problems, [])
})

test('with 10,000 queues the filter answers every keystroke, and the table stays in its bounds', async (t) => {
  if (!requireTool(t, 'chromium')) return
  const server = await startServer(t)
  const channel = await server.connection.channel()
  const declared: Promise<unknown>[] = []
  for (let i = 0; i < QUEUES; i++) declared.push(channel.declareQueue(`queue-${String(i).padStart(5, '0')}`))
  await Promise.all(declared)
  const browser = await sharedBrowser()
  const { page, problems } = await openPage(browser)
  await logIn(page, server.url, 'guest', 'guest')
  const index = page.waitForResponse((response) => response.url().includes('disable_stats=true'))
  await visit(page, '#/queues')
  await page.getByRole('link', { name: 'queue-00000' }).waitFor()
  await (await index).finished()
  const drawn = await page.locator('tbody tr').count()
  assert.ok(drawn < 100, `${drawn} rows are drawn of 100`)
  await page.getByRole('searchbox').focus()
  const times: number[] = []
  const typed = '9876'
  for (let length = 1; length <= typed.length; length++) {
    const text = typed.slice(0, length)
    times.push(await keystroke(page, text, `${filterCount(text)} of 10,000`))
  }
  t.diagnostic(`keystrokes: ${times.map(Math.round).join(', ')} ms`)
  const middle = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
  assert.ok(middle < KEYSTROKE_MS * SLACK, `${Math.round(middle)} ms`)
  assert.deepEqual(problems, [])
})

/** From the change of the filter to the frame that shows its effect, in ms; measured in the page. */
async function keystroke(page: Page, text: string, shows: string): Promise<number> {
  const script = `new Promise((resolve) => {
    const input = document.querySelector('.filter input')
    const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')
    const began = performance.now()
    value.set.call(input, ${JSON.stringify(text)})
    input.dispatchEvent(new Event('input', { bubbles: true }))
    const look = () => {
      const isThere = document.querySelector('.pager').textContent.includes(${JSON.stringify(shows)})
      if (isThere) resolve(performance.now() - began)
      else requestAnimationFrame(look)
    }
    look()
  })`
  return Number(await page.evaluate(script))
}

function filterCount(text: string): string {
  let fitting = 0
  for (let i = 0; i < QUEUES; i++) if (`queue-${String(i).padStart(5, '0')}`.includes(text)) fitting++
  return new Intl.NumberFormat('en').format(fitting)
}

/** User and system time of a process. */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
