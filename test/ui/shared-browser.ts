import { after } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser } from './browser.js'

let shared: Promise<Browser> | undefined

/** One browser for the tests of a file, each of which has pages and cookies of its own. It is closed after the last. */
export function sharedBrowser(): Promise<Browser> {
  shared ??= openBrowser()
  return shared
}

after(async () => (await shared)?.close())
