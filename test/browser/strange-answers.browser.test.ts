/**
 * Tests the web app with strange responses, made by a real proxy between Chromium and a real server
 * with real builds.
 */

import { randomUUID } from 'node:crypto'
import { changes, cuts, type Fault, hangs, loses, refuses, says, windowHeader } from '@harmont/outside/proxy'
import { explainFailure } from '@harmont/test-kit/file'
import { touchInSandbox } from '@harmont/test-kit/touch-in-sandbox'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createPasskey } from './ceremonies.ts'
import { type StrangeServer, startStrangeServer } from './strange-server.ts'
import { estrange, withoutOptional } from './strange-words.ts'
import { seeEnd, seeFaults, seeNoStream, seeNothing, seeSilence } from './troubled-windows.ts'

let it: StrangeServer
beforeAll(async () => {
  it = await startStrangeServer()
})
afterEach(async ({ task }) => {
  await explainFailure(task)
  await it.tidy()
  expect(it.complaints()).toEqual([])
})
afterAll(async () => it?.stop())

const buildPath = (number: number, rest = '') => `/default/pipelines/ci/builds/${number}${rest}`
const sees = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()
const log = (page: Page) => page.getByRole('region', { name: /^Log/ })
const textOf = (page: Page) => page.locator('main').textContent()
const step = (page: Page, name: RegExp) => page.getByRole('list', { name: 'Steps' }).getByRole('link', { name }).first()
const failureOf = (page: Page, what: string) => page.getByRole('alert').filter({ hasText: `Could not load ${what}` })

test('web X1 unknown words are shown unchanged and missing members break nothing: pipelines, builds, a build, members, usage', async () => {
  const strangely = (path: RegExp, ...kept: readonly string[]) =>
    it.proxy.answer(
      path,
      changes((answer) => estrange(answer, kept)),
    )
  // Events would deliver the builds unchanged.
  it.proxy.answer(/\/events\?/, refuses)
  strangely(/GET \/api.*\/pipeline-summaries/, 'data', 'builds', 'repository')
  strangely(/GET \/api.*\/builds\?/, 'data')
  strangely(/GET \/api.*\/view$/, 'jobs', 'step_key', 'started_at')
  strangely(/GET \/api.*\/log\?/, 'lines', 'total_lines')
  strangely(/GET \/api.*\/members/, 'data', 'user_uuid', 'email')
  strangely(/GET \/api.*\/billing\//)
  strangely(/GET \/api.*\/session$/, 'organizations', 'uuid', 'email')
  const pages = {
    '/default/pipelines': /^levitating /,
    '/default/builds': 'telepathy',
    [buildPath(it.red, '?job=test')]: 'levitating',
    [buildPath(it.red, '?view=waterfall')]: 'levitating',
    [buildPath(it.red, '?view=graph')]: 'levitating',
    '/default/settings/members': 'Everything, including billing',
    '/default/usage': 'By pipeline',
    '/default/pipelines/ci': 'telepathy',
  }
  const unwanted = /undefined|NaN|\[object|Could not load|Invalid Date/
  await Promise.all(
    Object.entries(pages).map(async ([path, text]) => {
      const page = await it.open(path)
      await sees(page, text)
      await expect.poll(() => page.getByRole('status', { name: /^Loading/ }).count()).toBe(0)
      expect([path, await textOf(page)]).toEqual([path, expect.not.stringMatching(unwanted)])
    }),
  )
  const builds = await it.open('/default/builds')
  await builds.getByRole('img', { name: 'levitating' }).first().waitFor()
  await sees(await it.open('/default/settings/members'), 'archduke')
})

test('web X2 every failure without our envelope names the request and offers a working Retry, without markup or runtime messages', async () => {
  const ours = JSON.stringify({ error: { code: 'teapot_is_full', message: 'The teapot is full.', request_id: 'r-1' } })
  const faults: readonly (readonly [path: string, asked: RegExp, Fault, what: string, sentence: string])[] = [
    ['pipelines', /\/pipeline-summaries/, says(502, '<h1>Bad Gateway</h1>'), 'the pipelines', 'answered 502 without'],
    ['builds', /\/builds\?/, says(500, ''), 'the builds', 'answered 500 without'],
    [`pipelines/ci/builds/${it.red}`, /\/view$/, cuts, `build ${it.red} of ci`, 'cut off'],
    ['settings/members', /\/members/, says(200, '<h1>Hotel: please log in</h1>'), 'the members', 'altered in transit'],
    ['settings/audit', /\/audit/, says(429, 'slower', { 'retry-after': '600' }), 'the audit', 'answered 429 without'],
    ['usage', /\/series/, says(418, ours), 'the days', 'The teapot is full.'],
  ]
  await Promise.all(
    faults.map(async ([path, asked, fault, what, sentence]) => {
      const heal = it.proxy.answer(new RegExp(`^GET /api.*${asked.source}`), fault)
      const page = await it.open(`/default/${path}`)
      const failure = failureOf(page, what)
      await failure.waitFor()
      expect([path, await failure.textContent()]).toEqual([path, expect.stringContaining(sentence)])
      const leaked = /<|Unexpected|JSON|TypeError|Hotel|slower|Gateway/
      expect([path, await textOf(page)]).toEqual([path, expect.not.stringMatching(leaked)])
      heal()
      await failure.getByRole('button', { name: 'Retry' }).click()
      await failure.waitFor({ state: 'detached' })
    }),
  )
})

test('web X5 no optional part delays the page of a failed build', async () => {
  it.proxy.answer(/^GET \/api/, hangs)
  it.proxy.answer(/^GET \/api.*\/events/, refuses)
  for (const needed of [/\/session$/, /\/log\?/]) it.proxy.answer(needed, ({ pass }) => pass())
  it.proxy.answer(/^GET \/api.*\/view$/, changes(withoutOptional))
  const page = await it.open(buildPath(it.red))
  await page.waitForFunction(() => performance.getEntriesByName('harmont:red-answer').length > 0)
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(/test failed after/)
  await log(page).getByText('error: expected 3, got 4').waitFor()
})

test('web X3 the steps work despite a failed log, and a script that is missing after an upgrade needs one reload', async () => {
  const heal = it.proxy.answer(/^GET \/api.*\/log\?/, says(503, '<html>maintenance</html>'))
  const page = await it.open(buildPath(it.red))
  await failureOf(page, 'the log').waitFor()
  await step(page, /deploy/).click()
  await sees(page, 'Skipped because test failed.')
  await step(page, /build/).click()
  await failureOf(page, 'the log').waitFor()
  heal()
  await failureOf(page, 'the log').getByRole('button', { name: 'Retry' }).click()
  await log(page).getByText('module 0', { exact: true }).waitFor()

  const restore = it.proxy.answer(/^GET \/assets\/graph-view/, says(404, 'not found'))
  const loads = () => it.proxy.count(/^GET \/default\/pipelines\/ci\/builds/)
  const before = loads()
  await page.getByRole('link', { name: 'Graph' }).click()
  await sees(page, 'Part of this page failed to load')
  await sees(page, /test failed after/)
  expect(loads() - before).toBe(1)
  // The browser reports the failure too.
  expect(it.complaints().filter((text) => !/preload|dynamically imported/.test(text))).toEqual([])
  restore()
  await page.getByRole('button', { name: 'Reload' }).click()
  await page.locator('.react-flow').waitFor()
})

test('web X3 a page whose script does not load reloads once, then reports it and offers a reload', async () => {
  const entry = /^GET \/assets\/index-.*\.js/
  const heal = it.proxy.answer(entry, refuses)
  const loads = () => it.proxy.count(/^GET \/default\/pipelines\/ci\/builds/)
  const before = loads()
  const page = await it.open(buildPath(it.red))
  await page.getByRole('alert').getByText('could not load its script').waitFor()
  expect(loads() - before).toBe(2)
  heal()
  await page.getByRole('button', { name: 'Reload' }).click()
  await sees(page, /test failed after/)

  let isFirst = true
  it.proxy.answer(entry, (exchange) => {
    const fails = isFirst
    isFirst = false
    return fails ? refuses(exchange) : exchange.pass()
  })
  await sees(await it.open(buildPath(it.red)), /test failed after/)
  expect(isFirst).toBe(false)
})

test('web X3 an open page offers a reload once the server has a newer release', async () => {
  const page = await it.open('/default/builds')
  // Leaves the page, so that its stream is not mistaken for that of the next page.
  await page.goto('about:blank')
  const browser = await page.context().newCDPSession(page)
  await browser.send('Network.enable')
  // Waits for an event, because cutting a stream before the page knows that it is open causes no
  // reconnection.
  const heard = new Promise((done) => browser.once('Network.eventSourceMessageReceived', done))
  await page.goto(`${it.app.origin}/default/builds`)
  await heard
  it.proxy.answer(
    /^GET \/api\/v0\/auth\/config/,
    changes((config: object) => ({ ...config, version: '9.9.9' })),
  )
  it.proxy.cutStreams()
  await sees(page, /Harmont 9\.9\.9 is available\. This page runs /)
  await page.getByRole('status').getByRole('button', { name: 'Reload' }).click()
  await page.getByText('Harmont 9.9.9 is available').waitFor({ state: 'detached' })
})

test('web X5 P5 a refused change can be tried again, and one with a lost response happens once', async () => {
  const page = await it.open(buildPath(it.red))
  await page
    .getByRole('button', { name: /^Rebuild/ })
    .first()
    .click()
  const asked = /^POST \/api.*\/rebuild$/
  const dialog = page.getByRole('dialog', { name: /^Rebuild/ })
  const refusal = { code: 'build_plan_rejected', message: 'The registry is down.', request_id: 'r-3' }
  const relent = it.proxy.answer(asked, says(422, JSON.stringify({ error: refusal })))
  await dialog.getByRole('button', { name: 'Rebuild' }).click()
  await dialog.getByText('The registry is down.').waitFor()
  relent()
  const heal = it.proxy.answer(asked, loses)
  await dialog.getByRole('button', { name: 'Rebuild' }).click()
  await dialog.getByText('The server is not responding').waitFor()
  heal()
  await dialog.getByRole('button', { name: 'Rebuild' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith(`/${it.red}`))
  // Chromium itself repeats requests lost on a reused connection.
  const all = it.proxy.asked.filter(({ method, path }) => asked.test(`${method} ${path}`))
  const keys = [...new Set(all.map(({ headers }) => headers['idempotency-key']))]
  expect([all.length >= 3, keys]).toEqual([true, Array(2).fill(expect.stringMatching(/.{16}/))])
  const made = Number(new URL(page.url()).pathname.split('/').at(-1))
  await expect(it.app.product.api.getBuild('ci', made + 1)).rejects.toThrow()
})

test('web P6 after a switch of the organization its usage shows no figure of the previous one', async () => {
  const page = await it.open('/default/usage?create-org=1')
  await page.getByRole('textbox', { name: 'Name' }).fill('Elsewhere')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/elsewhere/pipelines')
  await page.goto(`${it.app.origin}/default/usage`)
  const hours = page.locator('dt:text-is("vCPU-hours") + dd')
  await expect.poll(() => hours.textContent()).not.toBe('—')
  it.proxy.answer(/^GET \/api.*\/billing\/usage\/elsewhere/, hangs)
  await page.getByRole('button', { name: /^Organization: / }).click()
  await page.getByRole('link', { name: /^Elsewhere/ }).click()
  await expect.poll(() => page.title()).toMatch(/^Usage · Elsewhere/)
  expect(await hours.textContent()).toBe('—')
})

test('web D2 repeated cuts of a stream neither lose nor duplicate parts of a build and its log', async () => {
  const name = `cut-${randomUUID()}`
  const writing = 'i=0; until [ -e /tmp/enough ]; do i=$((i+1)); echo "line $i"; sleep 0.15; done'
  const number = await it.submit([{ key: 'write', cmd: `sh -c '${writing}' ${name}` }])
  const page = await it.open(buildPath(number), 'cut')
  await log(page)
    .getByText(/^line \d+$/)
    .first()
    .waitFor()
  for (let time = 0; time < 3; time++) {
    const before = await log(page)
      .getByText(/^line \d+$/)
      .last()
      .textContent()
    await expect.poll(() => it.proxy.cutStreams('cut')).toBe(1)
    // Lines arrive by the next stream, or by polling until then.
    await expect
      .poll(() =>
        log(page)
          .getByText(/^line \d+$/)
          .last()
          .textContent(),
      )
      .not.toBe(before)
  }
  touchInSandbox(name, '/tmp/enough')
  await sees(page, /Passed: 1 step in/)
  const [job] = await it.app.product.api.listJobs('ci', number)
  const lines = (await it.app.product.api.readLog(job?.id ?? '')).trimEnd().split('\n')
  await log(page)
    .getByText(lines.at(-1) ?? '', { exact: true })
    .waitFor()
  const isStream = ({ path, headers }: (typeof it.proxy.asked)[number]) =>
    path.includes('/events?') && headers[windowHeader] === 'cut'
  const [, ...resumed] = it.proxy.asked.filter(isStream)
  expect(resumed.length).toBeGreaterThanOrEqual(2)
  for (const { path } of resumed) expect(path).toMatch(/[?&]cursor=./)
  // The window is high enough for all rows.
  await page.setViewportSize({ width: 1280, height: 30 * lines.length + 1200 })
  const shown = () =>
    log(page)
      .getByText(/^line \d+$/)
      .allTextContents()
  expect(lines).toEqual(lines.map((_, index) => `line ${index + 1}`))
  await expect.poll(shown).toEqual(lines)
})

/** Adds a device with a passkey of the owner to the window. */
async function makePasskey(page: Page): Promise<void> {
  const devices = await page.context().newCDPSession(page)
  await devices.send('WebAuthn.enable')
  const device = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const
  await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...device, isUserVerified: true, automaticPresenceSimulation: true },
  })
  const register = '/auth/passkey/register'
  const made = { options: `${register}/options`, finalize: `${register}/finalize`, members: { nickname: 'Laptop' } }
  expect(await createPasskey(page, made)).toMatchObject({ status: 200 })
}

/**
 * Runs in the page as text: ignores suggestions, and delays a button's ceremony until `touch()` is
 * called.
 */
const touchLate = `{
  const { credentials } = navigator
  const get = credentials.get.bind(credentials)
  const touched = new Promise((done) => (globalThis.touch = done))
  credentials.get = async (options) => {
    if (options.mediation === 'conditional') return new Promise(() => undefined)
    globalThis.isAsked = true
    await touched
    return get(options)
  }
}`

test("web A6 late options of a field's suggestion do not end the button's ceremony", async () => {
  const page = await it.open('/default/builds')
  await makePasskey(page)
  await page.context().clearCookies()
  await page.addInitScript(touchLate)
  const held = Promise.withResolvers<void>()
  let isFirst = true
  it.proxy.answer(/^POST \/api.*\/login\/options/, async ({ pass }) => {
    const isLate = isFirst
    isFirst = false
    if (isLate) await held.promise
    await pass()
  })
  await page.goto(`${it.app.origin}/login`)
  await expect.poll(() => isFirst).toBe(false)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await expect.poll(() => page.evaluate('globalThis.isAsked')).toBe(true)
  const late = page.waitForResponse(/\/login\/options$/)
  held.resolve()
  await (await late).finished()
  await page.evaluate('globalThis.touch()')
  await page.waitForURL((url) => url.pathname !== '/login')
})

test('web A4 A3 only our own 401 ends a session: a dialog covers the page, and the same user continues with typed text', async () => {
  const page = await it.open('/default/builds')
  await makePasskey(page)
  await page.goto(`${it.app.origin}/default/builds?create-org=1`)
  await page.getByRole('textbox', { name: 'Name' }).fill('Kept')
  const again = page.getByRole('dialog', { name: 'Your session has ended' })
  const create = page.getByRole('button', { name: 'Create', exact: true })

  const api = / \/api\/(?!.*\/auth\/)/
  const heal = it.proxy.answer(api, says(401, '<html>Proxy authentication required</html>'))
  await create.click()
  await sees(page, 'answered 401 without an explanation')
  expect(await again.count()).toBe(0)
  heal()

  const ours = JSON.stringify({ error: { code: 'unauthorized', message: 'Sign in first.', request_id: 'r-2' } })
  const signIn = it.proxy.answer(api, says(401, ours))
  await create.click()
  await again.waitFor()
  signIn()
  await again.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await again.waitFor({ state: 'detached' })
  expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Kept')
  await create.click()
  await page.waitForURL('**/kept/pipelines')
})

test('web A3 D3 X3 data stays through faults, delays, silence and a lost network; polling replaces a refused or silent stream; a log that ended meanwhile keeps its position', async () => {
  await Promise.all([seeFaults(it), seeNothing(it), seeNoStream(it), seeSilence(it), seeEnd(it)])
})
