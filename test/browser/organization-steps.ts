/** Steps that users of an organization take together, by keyboard alone. */
import { tokenIn } from '@harmont/outside/mail-server'
import type { Locator, Page } from 'playwright-core'
import { heading, type People, type Person } from './auth-people.ts'
import { fill, press, reach } from './browser-keys.ts'

export const members = '/acme/settings/members'

/** The first administrator, with the organization Acme. */
export async function setUp(it: People): Promise<Person> {
  const ada = await it.person()
  const { page } = ada
  await page.goto(it.server.setupLink())
  await fill(page, 'Your name', 'Ada')
  await fill(page, 'Email address', 'ada@example.com')
  await fill(page, 'Organization', 'Acme')
  await press(page, 'Create passkey')
  await page.waitForURL(it.at('/acme'))
  return ada
}

/** Creates another user with an account and a passkey from the registration mail. */
export async function register(it: People, name: string, email: string): Promise<Person> {
  const person = await it.person()
  const { page } = person
  const before = it.server.mails.mails.filter(({ recipients }) => recipients.includes(email)).length
  await page.goto(it.at('/register'))
  await fill(page, 'Name', name)
  await fill(page, 'Email address', email)
  await press(page, 'Send me a link')
  await page.goto(it.at(`/register/verify?token=${tokenIn(await it.server.mails.mailTo(email, before + 1))}`))
  await press(page, 'Create passkey')
  await press(page, 'Skip')
  await page.waitForURL((url) => !url.pathname.startsWith('/register'))
  return person
}

/** Invites from the members page; returns the shown link after closing its dialog. */
export async function invite(page: Page, email: string): Promise<string> {
  await press(page, 'Invite a member')
  await fill(page, 'Email address', email)
  await page.keyboard.press('Enter')
  return takeLink(page)
}

/** Returns the link that the dialog shows once. */
export async function takeLink(page: Page): Promise<string> {
  const link = (await page.getByRole('dialog').locator('code').textContent()) ?? ''
  await press(page, 'Done')
  return link
}

/** Chooses the role above or below the current one of a member. */
export async function choose(page: Page, name: string, key: 'ArrowUp' | 'ArrowDown'): Promise<void> {
  await reach(page.getByRole('combobox', { name: `Role of ${name}` }))
  await page.keyboard.press(key)
}

/** Returns the row of a member, or of an address among the invites. */
export function row(page: Page, name: string): Locator {
  return page.getByRole('row').filter({ hasText: name })
}

/** Opens a page and waits for its heading. */
export async function open(it: People, page: Page, path: string, name: string): Promise<void> {
  await page.goto(it.at(path))
  await heading(page, name)
}
