/**
 * Tests credit from a coupon and from a payment at the provider's page, and connecting and
 * disconnecting Bitbucket.
 */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { type BitbucketDouble, startBitbucket } from '@harmont/outside/bitbucket'
import { type StripeDouble, startStripe } from '@harmont/outside/stripe'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverProgram } from '../../scripts/server-process.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'

let bitbucket: BitbucketDouble
let stripe: StripeDouble
let app: App
let page: Page
beforeAll(async () => {
  bitbucket = await startBitbucket()
  stripe = await startStripe()
  const env = { ...bitbucket.environment, ...stripe.environment }
  app = await startApp({ ...env, HARMONT_BILLING: 'on', HARMONT_RUNNER: 'off' })
  stripe.deliverTo(app.origin)
  page = await app.openAsOwner()
})
afterAll(async () => {
  await app?.stop()
  await stripe?.stop()
  await bitbucket?.stop()
})

const sees = (text: string | RegExp) => page.getByText(text).first().waitFor()

/** Creates a coupon like the operator. */
function makeCoupon(...args: readonly string[]): void {
  const env = { ...app.product.commandEnv, HARMONT_BILLING: 'on' }
  execFileSync(process.execPath, [serverProgram, 'coupon', 'create', ...args], { env })
}

test('web U5 a coupon adds its credit once, and a refusal states its reason', async () => {
  makeCoupon('WELCOME', '12.50', '--uses', '3')
  await page.goto(`${app.origin}/default/usage`)
  const code = page.getByRole('textbox', { name: 'Coupon' })
  const redeem = page.getByRole('button', { name: 'Redeem' })
  await code.fill('WELCOM')
  await redeem.click()
  await sees('Unknown coupon code.')
  await code.fill(' welcome ')
  await redeem.click()
  await sees('$12.50 added. The balance is $12.50.')
  await code.fill('WELCOME')
  await redeem.click()
  await sees('This organization has already redeemed this coupon.')
  await expectAccessible(page)
})

test('web U5 a payment leads to the provider and back, and its credit arrives', async () => {
  await page.goto(`${app.origin}/default/usage`)
  const amount = page.getByRole('textbox', { name: 'Top up' })
  const go = page.getByRole('button', { name: 'Go to payment' })
  await amount.fill('0.50')
  await go.click()
  await sees('Enter an amount such as 25 or 12.50.')
  await page.getByRole('button', { name: '$25' }).click()
  await go.click()
  await page.getByRole('link', { name: 'Back' }).click()
  await sees('No payment made')
  await page.getByRole('link', { name: /^Go to the usage of/ }).click()
  await amount.fill('25')
  await go.click()
  await page.getByRole('button', { name: 'Pay' }).click()
  await sees('$25.00 added. The balance is $37.50.')
  await expectAccessible(page)
  await page.getByRole('link', { name: /^Go to the usage of/ }).click()
  await page.getByRole('cell', { name: 'Top-up' }).first().waitFor()
  expect(stripe.refused).toEqual([])
})

test("web U5 a provider's failure appears at the form, with nothing charged", async () => {
  stripe.misbehave({ on: /checkout/, how: '500', times: 2 })
  await page.goto(`${app.origin}/default/usage`)
  await page.getByRole('textbox', { name: 'Top up' }).fill('25')
  await page.getByRole('button', { name: 'Go to payment' }).click()
  await sees('Stripe did not create the payment page. Nothing was charged; try again in a minute.')
})

test('web 7 Bitbucket can be connected through its own page, lists its repositories, and can be disconnected', async () => {
  const ada = bitbucket.addUser('ada')
  const workspace = bitbucket.addWorkspace('acme', [ada])
  bitbucket.addRepository(workspace, 'core')
  await page.goto(`${app.origin}/default/settings/integrations`)
  await page.getByText('No workspace is connected.').waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Connect Bitbucket' }).click()
  await page.waitForURL(`${bitbucket.url}/site/oauth2/authorize?**`)
  const { code, state } = bitbucket.agree(page.url(), ada)
  await page.goto(`${app.origin}/bitbucket/setup?${new URLSearchParams({ code, state })}`)
  await page.getByRole('heading', { name: 'Bitbucket is connected' }).waitFor()
  await expectAccessible(page)
  await page.reload()
  await page.getByText('This connection was not started by you within the last ten minutes').waitFor()
  const shown = async () => {
    await page.goto(`${app.origin}/default/settings/integrations`)
    const row = page.getByRole('row', { name: /ACME/ })
    await row.waitFor()
    return row.getByRole('cell').nth(1).textContent()
  }
  await expect.poll(shown).toContain('1')
  await page.getByRole('button', { name: 'Disconnect ACME' }).click()
  await page.getByRole('button', { name: 'Disconnect', exact: true }).click()
  await page.getByText('No workspace is connected.').waitFor()
  expect(bitbucket.violations).toEqual([])
})
