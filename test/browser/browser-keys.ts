/** Uses a page by keyboard alone. */
import type { Locator, Page } from 'playwright-core'

/** Presses Tab until the element has the focus; fails if it is never reached. */
export async function reach(target: Locator): Promise<void> {
  await target.waitFor()
  const page = target.page()
  const focused = target.and(page.locator(':focus'))
  for (let presses = 0; presses < 100; presses += 1) {
    if ((await focused.count()) > 0) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${target} cannot be reached with Tab`)
}

/** Presses the button or follows the link with this name. */
export async function press(page: Page, name: string | RegExp): Promise<void> {
  const target = page.getByRole('button', { name }).or(page.getByRole('link', { name })).first()
  await reach(target)
  await page.keyboard.press('Enter')
}

/** Toggles the checkbox with this name. */
export async function tick(page: Page, name: string | RegExp): Promise<void> {
  await reach(page.getByRole('checkbox', { name }))
  await page.keyboard.press('Space')
}

/** Replaces the text of the field with this name. */
export async function fill(page: Page, name: string | RegExp, text: string): Promise<void> {
  await reach(page.getByRole('textbox', { name }))
  await page.keyboard.press('Control+a')
  await page.keyboard.type(text)
}
