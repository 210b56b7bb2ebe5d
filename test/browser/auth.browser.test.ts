/**
 * Tests account journeys by keyboard alone, with real browsers, a real server, a real mail server
 * and a GitHub double.
 */
import { tokenIn } from '@harmont/outside/mail-server'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { accountJourneys } from './account-journeys.ts'
import { heading, journey, startPeople, storage } from './auth-people.ts'
import { expectAccessible } from './axe.ts'
import { fill, press, tick } from './browser-keys.ts'

const it = startPeople()

/** Starts a ceremony; resolves when the device has refused it and the page has reacted. */
async function pressAndBeRefused(page: Page, name: string): Promise<void> {
  const refused = page.evaluate(nextRefusal)
  await press(page, name)
  expect(await refused).toBe('NotAllowedError')
  await page.getByRole('button', { name, disabled: false }).waitFor()
}

/** Runs in the page; resolves to the error name of the next ceremony that the user began. */
const nextRefusal = `new Promise((done) => {
  const { credentials } = navigator
  for (const name of ['create', 'get']) {
    const ask = credentials[name].bind(credentials)
    credentials[name] = (options) =>
      ask(options).catch((error) => {
        if (options.mediation !== 'conditional') done(error.name)
        throw error
      })
  }
})`

journey(
  'web F1 F2 every page reports a missing first administrator; the printed link creates one with a passkey and is used up only at the end',
  async () => {
    it.ada = await it.person()
    const { page, device } = it.ada
    await page.goto(it.at('/acme/builds'))
    await heading(page, 'Sign in')
    await page.getByText('This server has no administrator yet').waitFor()
    expect(await page.getByText('npm start -- setup-link').count()).toBe(1)
    await expectAccessible(page)
    // Passkeys are bound to the server's name, so a page at another address links there.
    await page.goto(it.at('/login').replace('localhost', '127.0.0.1'))
    await page.getByText(`only work at ${it.server.origin}`).waitFor()
    await press(page, `Open this page at ${it.server.origin}`)
    await page.waitForURL(it.at('/login'))
    const link = it.server.setupLink()
    for (let opened = 0; opened < 2; opened += 1) await page.goto(link)
    await heading(page, 'Set up this server')
    await expect.poll(() => page.url()).toBe(it.at('/setup'))
    expect(await storage(page)).not.toContain(new URL(link).searchParams.get('token'))
    await expectAccessible(page)
    await fill(page, 'Your name', 'Ada')
    await fill(page, 'Email address', 'ada@example.com')
    await fill(page, 'Organization', 'Acme')
    await device.agrees(false)
    await pressAndBeRefused(page, 'Create passkey')
    // A user who cancels sees no error.
    expect(await page.getByRole('alert').count()).toBe(0)
    await device.agrees(true)
    await press(page, 'Create passkey')
    await page.waitForURL(it.at('/acme'))
    expect(await device.passkeys()).toHaveLength(1)
    await page.goto(link)
    await heading(page, 'This link does not work')
  },
)

accountJourneys(it)

journey(
  'web A5 registering by mail leads to the requested page, and a scanner that opens the link does not consume it',
  async () => {
    it.bob = await it.person()
    const { page } = it.bob
    await page.goto(it.at('/account/appearance'))
    await heading(page, 'Sign in')
    await press(page, 'Create one')
    await heading(page, 'Create an account')
    await expectAccessible(page)
    await fill(page, 'Name', 'Bob')
    await fill(page, 'Email address', 'bob@example.com')
    await press(page, 'Send me a link')
    await page.getByText('bob@example.com').waitFor()
    await expectAccessible(page)
    const token = tokenIn(await it.server.mails.mailTo('bob@example.com'))
    const link = it.at(`/register/verify?token=${token}`)
    const scanner = await it.person()
    await scanner.page.goto(link)
    await heading(scanner.page, 'Create your passkey')
    await page.goto(link)
    await heading(page, 'Create your passkey')
    await expect.poll(() => page.url()).toBe(it.at('/register/verify'))
    expect(await storage(page)).not.toContain(token)
    await expectAccessible(page)
    await press(page, 'Create passkey')
    await fill(page, 'Passkey name', 'Phone of Bob')
    await press(page, 'Continue')
    await page.waitForURL(it.at('/account/appearance'))
    await page.goto(it.at('/account/passkeys'))
    await page.getByText('Phone of Bob', { exact: true }).waitFor()
    await page.goto(link)
    await press(page, 'Create passkey')
    await page.getByRole('alert').waitFor()
    await page.getByRole('link', { name: 'Send another link' }).waitFor()
  },
)

/** Runs in the page as text; records the browser's refusals of passkey ceremonies. */
const countRefusals = `{
  globalThis.refusals = []
  const get = navigator.credentials.get.bind(navigator.credentials)
  navigator.credentials.get = (options) =>
    get(options).catch((error) => {
      globalThis.refusals.push(error.name)
      throw error
    })
}`

journey(
  'web A5 A6 signing in leads to the requested page and never to another site, a cancellation shows no error, and other tabs follow',
  async () => {
    const { page, device } = it.bob
    await device.agrees(false)
    await page.goto(it.at('/account/sessions'))
    await press(page, 'End this session')
    await press(page, 'Sign out')
    await page.waitForURL(it.at('/login'))
    await expectAccessible(page)
    // A tab without a device has no suggestions and shows no error without a user action.
    const other = await page.context().newPage()
    await other.addInitScript(countRefusals)
    await other.goto(it.at('/account/keys'))
    await heading(other, 'Sign in')
    await expect.poll(() => other.evaluate('globalThis.refusals')).toEqual(['NotSupportedError'])
    await other.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    expect(await other.getByRole('alert').count()).toBe(0)
    await page.goto(it.at('/login?redirect=//evil.example/'))
    await pressAndBeRefused(page, 'Sign in with a passkey')
    expect(await page.getByRole('alert').count()).toBe(0)
    await device.agrees(true)
    await press(page, 'Sign in with a passkey')
    await page.waitForURL((url) => url.pathname !== '/login')
    expect(new URL(page.url()).origin).toBe(it.server.origin)
    await other.waitForURL(it.at('/account/keys'))
    await other.close()
    // A signed-in user is redirected at once.
    await page.goto(it.at('/login?next=/account'))
    await page.waitForURL(it.at('/account'))
    await heading(page, 'Account')
    await expectAccessible(page)
    await fill(page, 'Name', 'Bobby')
    await press(page, 'Save')
    await page.getByText('Name saved').waitFor()
    // Signs in with the field's suggestion, without the button.
    await it.bob.picksOffered()
    await page.goto(it.at('/account/sessions'))
    await press(page, 'End this session')
    const picked = page.waitForResponse(/\/login\/finalize$/)
    await press(page, 'Sign out')
    expect((await picked).ok()).toBe(true)
    await page.waitForURL((url) => url.pathname !== '/login')
  },
)

journey(
  'web A5 an invitation is read before signing in, refused to others, and accepted through a new account in another browser',
  async () => {
    const invite = async (email: string) => {
      const { page } = it.ada
      await page.goto(it.at('/acme/settings/members'))
      await press(page, 'Invite a member')
      await fill(page, /mail/, email)
      await page.keyboard.press('Enter')
      return tokenIn(await it.server.mails.mailTo(email))
    }
    const token = await invite('eve@example.com')
    const link = it.at(`/invite/accept?token=${token}`)
    // Another person's passkey.
    await it.bob.page.goto(link)
    await it.bob.page.getByText(/This invitation is for/).waitFor()
    await expectAccessible(it.bob.page)
    const eve = await it.person()
    const { page } = eve
    await page.goto(link)
    await heading(page, 'Join Acme')
    expect(await page.getByRole('main').textContent()).toMatch(/Ada[\s\S]*eve@example.com[\s\S]*member/)
    await expectAccessible(page)
    await press(page, 'Create an account')
    await fill(page, 'Name', 'Eve')
    expect(await page.getByRole('textbox', { name: 'Email address' }).inputValue()).toBe('eve@example.com')
    await press(page, 'Send me a link')
    // Links in mails open in a new tab with the same devices.
    const mailed = await page.context().newPage()
    const verification = tokenIn(await it.server.mails.mailTo('eve@example.com', 2))
    const devices = await page.context().newCDPSession(mailed)
    await devices.send('WebAuthn.enable')
    await devices.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
        ...{ isUserVerified: true, automaticPresenceSimulation: true },
      },
    })
    await mailed.goto(it.at(`/register/verify?token=${verification}`))
    await press(mailed, 'Create passkey')
    await press(mailed, 'Skip')
    await mailed.waitForURL(it.at('/invite/accept'))
    await page.waitForURL(it.at('/invite/accept'))
    expect(await storage(mailed)).not.toContain(token)
    await press(mailed, 'Accept')
    await mailed.waitForURL(it.at('/acme'))
    await page.goto(link)
    await heading(page, 'This invitation is no longer valid')
    await page.getByText(/was already accepted/).waitFor()
    await expectAccessible(page)
    // A revoked invitation is refused too.
    const revoked = await invite('mallory@example.com')
    await it.ada.page.reload()
    await press(it.ada.page, 'Revoke the invite of mallory@example.com')
    await press(it.ada.page, /^Revoke$/)
    await expect.poll(() => it.ada.page.getByText('mallory@example.com').count()).toBe(0)
    await page.goto(it.at(`/invite/accept?token=${revoked}`))
    await page.getByText(/was revoked/).waitFor()
  },
)

journey(
  'web A6 recovery without devices: a new passkey by mail, other sessions end, and ticked credentials are removed',
  async () => {
    const { page } = await it.person()
    await page.goto(it.at('/login'))
    await press(page, 'Email me a link')
    await expectAccessible(page)
    await fill(page, 'Email address', 'bob@example.com')
    await press(page, 'Send me a link')
    await page.getByText('bob@example.com').waitFor()
    // Mails of earlier journeys may arrive after the wanted one.
    const mail = await it.server.mails.mailTo('bob@example.com', 1, '/recover/verify')
    await page.goto(it.at(`/recover/finalize?token=${tokenIn(mail)}`))
    await heading(page, 'Create a new passkey')
    await page.getByText(/All sessions of your account end/).waitFor()
    await expectAccessible(page)
    await tick(page, 'My other passkeys')
    await press(page, 'Create passkey')
    await heading(page, 'Account recovered')
    await expectAccessible(page)
    await press(page, 'Continue')
    await page.waitForURL((url) => !url.pathname.startsWith('/recover'))
    await page.goto(it.at('/account/passkeys'))
    await expect.poll(() => page.getByRole('button', { name: /^Rename/ }).count()).toBe(1)
    expect(await page.getByText('Phone of Bob', { exact: true }).count()).toBe(0)
    await it.bob.page.goto(it.at('/account'))
    await heading(it.bob.page, 'Sign in')
  },
)

test('web A9 no page violated its content security policy or threw', () => {
  expect(it.problems()).toEqual([])
})
