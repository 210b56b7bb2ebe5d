/**
 * Tests the server's pages in a real browser under its policy: the documentation, the page of the
 * web app, and preloaded files.
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flatIr } from '../product.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'
import { openContext, openWindow } from './browser.ts'
import { createPasskey } from './ceremonies.ts'

let app: App
beforeAll(async () => {
  app = await startApp({ HARMONT_RUNNER: 'off' })
})
afterAll(() => app?.stop())

/** Records the browser's later errors, including policy violations. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return complaints
}

function backgroundInPage(element: unknown): string {
  const { getComputedStyle } = globalThis as unknown as {
    getComputedStyle: (element: unknown) => { backgroundColor: string }
  }
  return getComputedStyle(element).backgroundColor
}

async function open(page: Page, path: string): Promise<void> {
  const answer = await page.goto(app.origin + path, { waitUntil: 'load' })
  expect([path, answer?.headers()['content-type']]).toEqual([path, 'text/html; charset=utf-8'])
}

test('the documentation is readable without signing in and without scripts, at any width, under its own policy', async () => {
  const context = await openContext(app.browser, { javaScriptEnabled: false })
  const page = await context.newPage()
  const complaints = complaintsOf(page)
  for (const path of ['/docs', '/docs/pipelines', '/docs/errors', '/docs/errors/not_ready', '/docs/nothing'])
    await open(page, path)
  // The browser itself reports that the last page was not found.
  expect(complaints.filter((text) => !/status of 404/.test(text))).toEqual([])
  await page.goto(`${app.origin}/docs`)
  await page.getByRole('main').getByRole('link', { name: 'Error codes' }).click()
  await page.getByRole('link', { name: 'snapshot_gone' }).click()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('snapshot_gone')
  await page.getByRole('link', { name: 'shells', exact: true }).click()
  expect(new URL(page.url()).pathname).toBe('/docs/shells')
  // The page's style was applied.
  const colour = await page.locator('body').evaluate(backgroundInPage)
  expect(['rgb(246, 245, 241)', 'rgb(20, 23, 28)']).toContain(colour)
  await context.close()
})

test('web T2 axe finds no fault in the documentation, which never scrolls horizontally', async () => {
  const page = await (await openContext(app.browser)).newPage()
  for (const path of ['/docs/pipelines', '/docs/errors', '/docs/errors/rate_limited', '/docs/nothing']) {
    await open(page, path)
    await expectAccessible(page)
  }
  await page.keyboard.press('Tab')
  expect(await page.locator(':focus').textContent()).toBe('Skip to content')
})

test('web A9 R2 the page runs under its policy, fetches preloaded files once, and does not request embedded responses', async () => {
  await app.product.api.ensurePipeline({ name: 'ci', repository: 'local/ci', default_branch: 'main' })
  const steps = [{ key: 'test', cmd: 'true' }]
  const { number } = await app.product.api.createBuild('ci', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr(steps),
  })
  const page = await app.openAsOwner()
  const complaints = complaintsOf(page)
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  const path = `/default/pipelines/ci/builds/${number}`
  // The first page of a build loads the server's renderer, which takes too long on a busy machine.
  await page.request.get(app.origin + path, { headers: { accept: 'text/html' } })
  await open(page, path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(asked.filter((path) => /\/(session|view|config)$/.test(path))).toEqual([])
  const assets = asked.filter((path) => path.startsWith('/assets/'))
  expect(assets.toSorted()).toEqual([...new Set(assets)].sort())
  // The browser compiles scripts with this first line off the main thread.
  for (const path of assets.filter((each) => each.endsWith('.js')))
    expect([path, (await (await fetch(app.origin + path)).text()).split('\n')[0]]).toEqual([
      path,
      '//# allFunctionsCalledOnLoad',
    ])
  expect(complaints).toEqual([])
  // The policy refuses markup from a string.
  const refused = `try { document.body.innerHTML = '<img>'; 'done' } catch (error) { error.name }`
  expect(await page.evaluate(refused)).toBe('TypeError')
})

test('web F1 the page shows whether an owner can currently sign in', async () => {
  const { page, addDevice } = await openWindow(app.browser)
  await app.signIn(page.context())
  const needsSetup = async () => {
    await open(page, '/account')
    return JSON.parse((await page.locator('#auth-config').textContent()) ?? '').needs_setup
  }
  expect(await needsSetup()).toBe(true)
  await addDevice('internal')
  const register = '/auth/passkey/register'
  const made = await createPasskey(page, {
    options: `${register}/options`,
    finalize: `${register}/finalize`,
    members: { nickname: 'Laptop' },
  })
  expect(made.status).toBe(200)
  expect(await needsSetup()).toBe(false)
})
