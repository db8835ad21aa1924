import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { until } from '../support/wait.js'

/** Debian's browser. */
const CHROMIUM = '/usr/bin/chromium'

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--force-prefers-reduced-motion'],
  })
}

/** A page whose complaints are kept. */
export interface WatchedPage {
  readonly page: Page
  /** What the console and the page said that is wrong. */
  readonly problems: string[]
}

export async function openPage(
  browser: Browser,
  {
    theme = 'light',
    width = 1440,
    height = 900,
  }: { theme?: 'light' | 'dark'; width?: number; height?: number } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width, height },
    locale: 'en-GB',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  const problems: string[] = []
  page.on('console', (message) => {
    // A refused login is answered with 401, which the browser logs by itself.
    if (message.type() === 'error' && !/401 \(Unauthorized\)/.test(message.text()))
      problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(String(error)))
  return { page, problems }
}

export async function logIn(page: Page, url: string, user: string, password: string): Promise<void> {
  await page.goto(url)
  await page.getByLabel('User').fill(user)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}

/** Goes to an address within the pages and waits until it has its data. */
export async function visit(page: Page, hash: string): Promise<void> {
  // Code for the page is text: the types of Node know no documents.
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
  await page.locator('main h1').first().waitFor()
  await until(async () => (await page.locator('main [aria-busy]').count()) === 0, `the data of ${hash}`)
}

interface Finding {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[]
}

/** Serious and critical findings of axe, as lines. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Evaluated past the policy of the page, which lets no script in.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe.source)
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: unknown[] }> } }
    return (await axe.run()).violations
  })
  return (violations as Finding[])
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    )
}
