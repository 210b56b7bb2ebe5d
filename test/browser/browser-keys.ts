/** Using a page with nothing but a keyboard, as a person does who has no mouse. */
import type { Locator, Page } from 'playwright-core'

/** Tabs until the element has the focus; fails when the whole page was walked without meeting it. */
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

/** Presses the button or follows the link of that name. */
export async function press(page: Page, name: string | RegExp): Promise<void> {
  const target = page.getByRole('button', { name }).or(page.getByRole('link', { name })).first()
  await reach(target)
  await page.keyboard.press('Enter')
}

/** Ticks or unticks the box of that name. */
export async function tick(page: Page, name: string | RegExp): Promise<void> {
  await reach(page.getByRole('checkbox', { name }))
  await page.keyboard.press('Space')
}

/** Writes into the field of that name, over what is there. */
export async function fill(page: Page, name: string | RegExp, text: string): Promise<void> {
  await reach(page.getByRole('textbox', { name }))
  await page.keyboard.press('Control+a')
  await page.keyboard.type(text)
}
