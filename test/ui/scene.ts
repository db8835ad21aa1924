import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { cleanUp } from '../support/cleanup.js'
import { openUiStage, type UiStage } from '../support/ui-stage.js'
import { logIn, openPage, visit } from './browser.js'
import { sharedBrowser } from './shared-browser.js'

/** A page of a broker that a test has for itself. */
export interface Scene {
  readonly page: Page
  readonly stage: UiStage
  /** What the console and the page said that is wrong. */
  readonly problems: string[]
}

export async function openScene(t: TestContext): Promise<Scene> {
  const stage = await openUiStage()
  cleanUp(t, () => stage.close())
  const browser = await sharedBrowser()
  const { page, problems } = await openPage(browser)
  cleanUp(t, () => page.context().close())
  return { page, problems, stage }
}

/** A scene in which `guest`, an administrator, looks at the page of that address. */
export async function openSceneAt(t: TestContext, hash: string): Promise<Scene> {
  const scene = await openScene(t)
  await logIn(scene.page, scene.stage.url, 'guest', 'guest')
  await visit(scene.page, hash)
  return scene
}

export function button(page: Page | Locator, name: string): Locator {
  return page.getByRole('button', { name, exact: true })
}

/** The button of a row, by something else that the row shows. */
export function rowButton(page: Page, row: string, name: string): Locator {
  return button(page.getByRole('row').filter({ hasText: row }), name)
}

/** Waits for what the page tells about a change. */
export async function said(page: Page, text: string): Promise<void> {
  await page.locator('.toast').filter({ hasText: text }).waitFor()
}

/** Types the name that a dialog asks for, and goes on. */
export async function confirm(page: Page, action: string, typed: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  const go = button(dialog, action)
  assert.ok(await go.isDisabled(), 'nothing happens before the name is typed')
  await dialog.getByRole('textbox').fill(typed)
  await go.click()
  await dialog.waitFor({ state: 'detached' })
}

/** Presses the button of the open dialog. */
export async function answer(page: Page, action: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await button(dialog, action).last().click()
  await dialog.waitFor({ state: 'detached' })
}
