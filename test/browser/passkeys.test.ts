/** People with real browsers, a real server and a real mail server: what one needs to have and to keep an account. */

import { type MailServer, startMailServer, tokenIn } from '@harmont/outside/mail-server'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Product, startProduct } from '../product.ts'
import { openWindow, startBrowser } from './browser.ts'
import { call, createPasskey, signIn } from './ceremonies.ts'

let mailServer: MailServer
let product: Product
let browser: Browser
let origin: string
beforeAll(async () => {
  mailServer = await startMailServer()
  product = await startProduct({ HARMONT_SMTP_URL: mailServer.url, HARMONT_RUNNER: 'off' })
  origin = `http://localhost:${new URL(product.server().url).port}`
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await product?.remove()
  await mailServer?.stop()
})

const email = 'ada@example.com'

test('passkeys in Chromium: sign-up by mail, sign-in, a second device, and recovery when both are lost', async () => {
  const { page, addDevice } = await openWindow(browser, origin)
  const laptop = await addDevice('internal')

  // Sign-up.
  expect((await call(page, 'POST', '/auth/passkey/signup/begin', { email, name: 'Ada' })).status).toBe(204)
  const verification = await mailServer.mailTo(email)
  expect(verification.parsed.subject).toBe('Finish signing up for Harmont')
  const verification_token = tokenIn(verification)
  const signup = '/auth/passkey/signup'
  const made = await createPasskey(page, {
    ...{ options: `${signup}/options`, finalize: `${signup}/finalize`, members: { verification_token } },
  })
  expect(made).toMatchObject({ status: 200, body: { token: '', user: { email, name: 'Ada' } } })
  const session = await call(page, 'GET', '/session')
  expect(session.body).toMatchObject({ user: { email }, organizations: [{ slug: 'ada-example-com', role: 'owner' }] })
  const cookies = await page.context().cookies()
  expect(cookies.find(({ name }) => name === 'harmont_session')).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  expect(await laptop.passkeys()).toHaveLength(1)

  // Out, and in again without typing anything.
  expect((await call(page, 'POST', '/auth/logout')).status).toBe(204)
  expect((await call(page, 'GET', '/session')).status).toBe(401)
  expect((await signIn(page)).status).toBe(200)
  expect((await call(page, 'GET', '/session')).body).toMatchObject({ user: { email } })

  // A second device; the first one says that it has a passkey already.
  const register = '/auth/passkey/register'
  const another = { options: `${register}/options`, finalize: `${register}/finalize`, members: { nickname: 'Key' } }
  await expect(createPasskey(page, another)).rejects.toThrow(/InvalidStateError/)
  await laptop.lose()
  const key = await addDevice('usb')
  expect(await createPasskey(page, another)).toMatchObject({ status: 200, body: { nickname: 'Key' } })
  expect((await mailServer.mailTo(email, 2)).parsed.subject).toBe('A passkey was added to your Harmont account')
  const elsewhere = await openWindow(browser, origin)
  expect((await call(elsewhere.page, 'GET', '/session')).status).toBe(401)
  await call(page, 'POST', '/auth/logout')
  expect((await signIn(page)).status).toBe(200)
  expect((await key.passkeys())[0]?.signCount).toBeGreaterThan(1)
  const listed = await call(page, 'GET', '/user/passkeys')
  expect(listed.body.passkeys).toMatchObject([{ nickname: 'Key' }, { nickname: 'Passkey' }])

  // Both are lost: back in by mail, on a new device, in another window. The old session ends, and so do the lost passkeys.
  await key.lose()
  const phone = await elsewhere.addDevice('internal')
  expect((await call(elsewhere.page, 'POST', '/auth/recover/begin', { email })).status).toBe(204)
  const magic_link_token = tokenIn(await mailServer.mailTo(email, 3))
  const recovered = await createPasskey(elsewhere.page, {
    options: '/auth/recover/options',
    finalize: '/auth/recover/finalize',
    members: { magic_link_token, revoke: ['passkeys'] },
  })
  expect(recovered).toMatchObject({ status: 200, body: { user: { email } } })
  expect((await call(page, 'GET', '/session')).status).toBe(401)
  expect((await call(elsewhere.page, 'GET', '/session')).body).toMatchObject({ user: { email } })
  await call(elsewhere.page, 'POST', '/auth/logout')
  expect((await signIn(elsewhere.page)).status).toBe(200)
  expect(await phone.passkeys()).toHaveLength(1)
  expect((await call(elsewhere.page, 'GET', '/user/passkeys')).body.passkeys).toHaveLength(1)
  expect((await mailServer.mailTo(email, 4)).parsed.text).toContain('No other passkey and no API key was kept.')
}, 40_000)
