/** An admin connects Bitbucket and disconnects it. */
import { type BitbucketDouble, startBitbucket } from '@harmont/outside/bitbucket'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'

let bitbucket: BitbucketDouble
let app: App
let page: Page
beforeAll(async () => {
  bitbucket = await startBitbucket()
  app = await startApp({ ...bitbucket.environment, HARMONT_RUNNER: 'off' })
  page = await app.openAsOwner()
}, 120_000)
afterAll(async () => {
  await app?.stop()
  await bitbucket?.stop()
})

test('web 7 Bitbucket can be connected by going there and back, lists its repositories, and can be disconnected', async () => {
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
}, 180_000)
