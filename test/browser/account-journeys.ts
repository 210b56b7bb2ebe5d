/** Journeys of users on the pages of their account. */
import { expect } from 'vitest'
import { heading, journey, type People } from './auth-people.ts'
import { expectAccessible } from './axe.ts'
import { fill, press, reach } from './browser-keys.ts'

/** Adds the journeys of signed-in users, after the first administrator exists. */
export function accountJourneys(it: People): void {
  journey(
    'web S3 S5 S6 the last passkey cannot be removed; a second one, its name, ending another session, and the appearance',
    async () => {
      const { page } = it.ada
      await page.goto(it.at('/account/passkeys'))
      await page.getByText('This is your only way to sign in').waitFor()
      await press(page, 'Remove Passkey')
      expect(await page.getByRole('dialog').count()).toBe(0)
      await expectAccessible(page)
      await press(page, 'Add a passkey')
      await press(page, 'Create passkey')
      await page
        .getByRole('alert')
        .getByText(/already has a passkey for your account/)
        .waitFor()
      await press(page, 'Cancel')
      await it.ada.device.lose()
      const key = await it.ada.addDevice('usb')
      await press(page, 'Add a passkey')
      await fill(page, 'Name', 'Yubi')
      await press(page, 'Create passkey')
      await page.getByRole('list', { name: 'Passkeys' }).getByText('Yubi', { exact: true }).waitFor()
      await press(page, 'Rename Passkey')
      await fill(page, 'Name', 'Laptop')
      await press(page, 'Save')
      await press(page, 'Remove Laptop')
      await press(page, /^Remove$/)
      // The removed passkey started this session, so the session has ended and the page keeps no
      // data.
      await page.waitForURL(it.at('/login'))
      await press(page, 'Sign in with a passkey')
      await page.waitForURL((url) => url.pathname !== '/login')
      expect(await key.passkeys()).toHaveLength(1)

      const link = it.server.newSetupLink('ada@example.com')
      const elsewhere = await it.person()
      await elsewhere.page.goto(link)
      await heading(elsewhere.page, 'One-time sign-in')
      await expectAccessible(elsewhere.page)
      await press(elsewhere.page, 'Sign in without a passkey')
      await elsewhere.page.waitForURL((url) => url.pathname !== '/setup')
      await page.goto(it.at('/account/sessions'))
      await expect.poll(() => page.getByRole('button', { name: /^End the session of/ }).count()).toBeGreaterThan(0)
      await expectAccessible(page)
      await press(page, 'End all others')
      await press(page.getByRole('dialog').page(), /^End all others$/)
      // Buttons behind the dialog have no role. The dialog closes once the sessions have ended.
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await expect.poll(() => page.getByRole('button', { name: /^End the session of/ }).count()).toBe(0)
      await elsewhere.page.goto(it.at('/account'))
      await heading(elsewhere.page, 'Sign in')

      await page.goto(it.at('/account/appearance'))
      await expectAccessible(page)
      await reach(page.getByRole('radio', { name: 'System' }))
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('ArrowRight')
      await page.reload()
      expect(await page.getAttribute('html', 'data-theme')).toBe('dark')
      expect(await page.getByRole('radio', { name: 'Dark' }).isChecked()).toBe(true)
      await page.evaluate("localStorage.removeItem('harmont:appearance')")
    },
  )

  journey('web S4 a key is shown once, permits only its scopes, and stops working when revoked', async () => {
    const { page } = it.ada
    await page.goto(it.at('/account/keys'))
    await page.getByText('No API keys yet').waitFor()
    await press(page, 'Create a key')
    await fill(page, 'Name', 'Robot')
    await expectAccessible(page)
    await press(page, 'Create key')
    const shown = page.getByRole('dialog').locator('code').first()
    const key = (await shown.textContent()) ?? ''
    expect(key).toMatch(/^hm_[\w-]{43}$/)
    await page.getByText(`export HM_API_TOKEN=${key}`).waitFor()
    const ask = (path: string, method = 'GET') =>
      fetch(it.at(`/api/v0${path}`), { method, headers: { authorization: `Bearer ${key}` } }).then(
        ({ status }) => status,
      )
    expect(await ask('/user')).toBe(200)
    expect(await ask('/organizations/acme/pipelines', 'POST')).toBe(403)
    await press(page, 'Done')
    await page.reload()
    await page.getByText('access: read').waitFor()
    expect(await page.content()).not.toContain(key)
    await expectAccessible(page)
    await press(page, 'Revoke Robot')
    await press(page, /^Revoke$/)
    await page.getByText('No API keys yet').waitFor()
    expect(await ask('/user')).toBe(401)
  })

  journey(
    'web S3 S7 an account with GitHub is created and linked, a refusal is explained, and the account is deleted after typing its address',
    async () => {
      const { github } = it.server
      github.addUser('carol')
      const { page } = await it.person()
      await page.goto(it.at('/login?redirect=/account'))
      await press(page, 'Continue with GitHub')
      await press(page, 'carol')
      await page.waitForURL(it.at('/account'))
      await page.getByRole('list', { name: 'Linked accounts' }).getByText('carol', { exact: true }).waitFor()
      await expectAccessible(page)
      // A pop-up with our own page passes on the provider's response.
      const handed = `new Promise((done) => {
        addEventListener('message', ({ origin, data }) => done([origin, data]))
        open('/auth/callback?code=c&state=s')
      })`
      const given = { type: 'harmont:oauth', code: 'c', state: 's' }
      expect(await page.evaluate(handed)).toMatchObject([it.server.origin, given])
      // Ada tries to link a GitHub account that is linked to another user.
      await it.ada.page.goto(it.at('/account'))
      await press(it.ada.page, 'Link your GitHub account')
      await press(it.ada.page, 'carol')
      await heading(it.ada.page, 'Sign-in failed')
      await it.ada.page.getByText(/linked to another user/).waitFor()
      await expectAccessible(it.ada.page)
      await press(it.ada.page, 'Continue')
      await it.ada.page.waitForURL(it.at('/account'))
      // After some time, sensitive actions require a new sign-in.
      await it.ada.page.evaluate('const now = Date.now; Date.now = () => now() + 11 * 60_000; globalThis.honest = now')
      await press(it.ada.page, 'Delete your account')
      await it.ada.page.getByRole('dialog', { name: 'Confirm that it is you' }).waitFor()
      await expectAccessible(it.ada.page)
      const shown = it.ada.page.waitForResponse(/\/login\/finalize$/)
      await press(it.ada.page, 'Sign in with a passkey')
      expect((await shown).ok()).toBe(true)
      await it.ada.page.evaluate('Date.now = globalThis.honest')
      await it.ada.page.getByRole('dialog', { name: 'Delete your account?' }).waitFor()
      await press(it.ada.page, 'Cancel')
      const email = (await page.locator('form').getByText(/@/).first().textContent()) ?? ''
      await press(page, 'Delete your account')
      await expectAccessible(page)
      await fill(page, `Type ${email} to confirm`, email)
      await press(page, 'Delete my account')
      await page.waitForURL(it.at('/login'))
      expect((await page.request.get(it.at('/api/v0/session'))).status()).toBe(401)
      // Browsers request /favicon.ico automatically.
      expect(github.violations.filter((each) => !each.startsWith('GET /favicon.ico'))).toEqual([])
    },
  )
}
