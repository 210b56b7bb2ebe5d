/**
 * Tests the pages of artifacts, services, forks and appended steps, with real builds in sandboxes
 * and a real browser.
 */
import { createHash, randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { touchInSandbox } from '@harmont/test-kit/touch-in-sandbox'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd, flatIr } from '../product.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'

let app: App
let page: Page
let number: number

const site = 'mkdir -p dist/assets; echo page > dist/index.html; echo code > dist/assets/app.js; echo old > gone.txt'

beforeAll(async () => {
  app = await startApp()
  await app.product.api.ensurePipeline({ name: 'ci', repository: 'https://github.com/acme/ci', default_branch: 'main' })
  number = await run([
    { key: 'site', cmd: site, artifacts: [{ path: 'dist/**' }, { path: 'gone.txt' }] },
    {
      key: 'lib',
      cmd: 'seq 250 | while read n; do mkdir -p lib/$n; echo $n > lib/$n/x; done',
      artifacts: [{ path: 'lib' }],
    },
  ])
  page = await app.openAsOwner({ viewport: { width: 1280, height: 720 } })
})
afterAll(async () => app?.stop())

async function submit(steps: readonly Record<string, unknown>[]): Promise<number> {
  const build = { branch: 'main', commit: 'c0ffee', message: 'Parse dates', pipeline_ir: flatIr(steps) }
  return (await app.product.api.createBuild('ci', build)).number
}

async function run(steps: readonly Record<string, unknown>[]): Promise<number> {
  const made = await submit(steps)
  await buildEnd(app.product.api, 'ci', made)
  return made
}

const open = (build: number) => page.goto(`${app.origin}/default/pipelines/ci/builds/${build}?view=artifacts`)
const rows = () => page.getByRole('list', { name: 'Artifacts' }).getByRole('listitem')

async function downloaded(click: () => Promise<void>): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: download.suggestedFilename(), bytes: await buffer(await download.createReadStream()) }
}

test('web B13 artifacts are a tree that is filtered, opened and downloaded: a file, a directory, all', async () => {
  await open(number)
  await page.getByText('253 files').waitFor()
  expect(await page.getByRole('link', { name: 'Artifacts', exact: true }).getAttribute('aria-current')).toBe('page')
  // With more than 200 files, directories are collapsed.
  expect((await rows().allTextContents()).map((text) => text.replace(/\d+ B.*/, ''))).toEqual([
    expect.stringMatching(/^dist\/2 files/),
    expect.stringMatching(/^gone\.txt/),
    expect.stringMatching(/^lib\/250 files/),
  ])
  await page.getByRole('button', { name: /^dist\// }).click()
  await page.getByRole('button', { name: /^assets\// }).click()
  const file = await downloaded(() => page.getByRole('link', { name: 'app.js', exact: true }).click())
  expect([file.name, file.bytes.toString()]).toEqual(['app.js', 'code\n'])
  const directory = await downloaded(() => page.getByRole('link', { name: 'Download dist as a zip' }).click())
  expect([directory.name, directory.bytes.subarray(0, 2).toString()]).toEqual([`default-ci-${number}.zip`, 'PK'])
  const all = await downloaded(() => page.getByRole('link', { name: 'Download all' }).click())
  expect(all.bytes.length).toBeGreaterThan(directory.bytes.length)
  await page.getByRole('searchbox', { name: 'Filter artifacts' }).fill('assets')
  await page.getByRole('button', { name: /^lib\// }).waitFor({ state: 'detached' })
  expect(await rows().count()).toBe(3)
  const digest = createHash('sha256').update('code\n').digest('hex')
  await page.getByTitle(`SHA-256 ${digest}`).waitFor()
  await expectAccessible(page)
})

test('web B13 an expired artifact stays listed without a download, and a build without artifacts explains how to keep files', async () => {
  await app.product.pool.query("update engine.artifacts set expired_at = '2026-11-01' where path = 'gone.txt'")
  await open(number)
  const gone = rows().filter({ hasText: 'gone.txt' })
  expect(await gone.textContent()).toContain('expired 2026-11-01')
  expect(await gone.getByRole('link').count()).toBe(0)
  await page.setViewportSize({ width: 360, height: 740 })
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  await expectAccessible(page)
  await open(await run([{ key: 'none', cmd: 'true' }]))
  await page.getByRole('heading', { name: 'No artifacts' }).waitFor()
})

test('web R4 leaving a page does not add its step to the address of the next page', async () => {
  const window = await app.openAsOwner()
  // The page's clock stops after a minute and then advances only explicitly.
  const at = Date.now()
  await window.clock.install({ time: at })
  await window.clock.pauseAt(at + 60_000)
  await window.goto(`${app.origin}/default/pipelines/ci/builds/${number}?view=artifacts`)
  const isShown = async () => {
    await window.clock.runFor(1)
    return window.getByRole('heading', { level: 1, name: 'Passed.' }).isVisible()
  }
  await expect.poll(isShown).toBe(true)
  const { promise: isLetGo, resolve: letGo } = Promise.withResolvers<void>()
  await window.route('**/assets/*.js', async (route) => {
    await isLetGo
    await route.continue()
  })
  await window.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'ci' }).click()
  // The page would add its step to the address a second after it is shown, before the next page has
  // loaded.
  await window.clock.runFor(1000)
  letGo()
  await window.clock.resume()
  await window.getByRole('heading', { level: 1, name: 'ci' }).waitFor()
  expect(new URL(window.url()).pathname).toBe('/default/pipelines/ci')
  await window.context().close()
})

const db = {
  name: 'db',
  image: 'host',
  command: 'echo database system; until [ -e /open ]; do sleep 0.1; done; echo open; sleep 600',
}
/** Starts a build and opens its page. */
const start = async (...steps: readonly Record<string, unknown>[]) => {
  const number = await submit(steps)
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${app.origin}/default/pipelines/ci/builds/${number}?job=test`)
  return number
}

test('web B18 a step names the service that it waits for, and shows the log of each service', async () => {
  const name = `db-${randomUUID()}`
  const waiting = { ...db, command: `sh -c '${db.command}' ${name}`, ready_command: 'test -e /open' }
  const number = await start({
    key: 'test',
    cmd: 'echo tested; sleep 1',
    services: [waiting, { ...db, name: 'cache' }],
  })
  await page.getByText('Waiting for the service db.').waitFor()
  const services = page.getByRole('group', { name: 'Log of' })
  await services.getByRole('button', { name: /^db\s*starting/ }).click()
  await page.getByText('database system').waitFor()
  touchInSandbox(name, '/open')
  await services.getByRole('button', { name: /^db\s*ready after/ }).waitFor()
  await page.getByText('open', { exact: true }).waitFor()
  await services.getByRole('button', { name: 'Step' }).click()
  await page.getByText('tested').waitFor()
  await buildEnd(app.product.api, 'ci', number)
  await services.getByRole('button', { name: /^cache\s*ended/ }).click()
  await page.getByText('database system').waitFor()
  await expectAccessible(page)
})

test('web B12 B18 a red test links to the log of each fork that ran it, and the step has a choice of these logs', async () => {
  const report = 'echo \'<testsuite><testcase name="rounds"><failure/></testcase></testsuite>\' >junit.xml'
  const number = await start({
    ...{ key: 'test', cmd: `echo "by $$ of $(cat /proc/sys/kernel/random/uuid)"; ${report}; exit 1` },
    ...{ artifacts: [{ path: 'junit.xml', when: 'always', kind: 'junit' }], tests: { forks: 2 } },
  })
  await buildEnd(app.product.api, 'ci', number)
  await page.getByRole('link', { name: 'Tests' }).click()
  await page.getByText('Fails: 0 of 2 forks passed', { exact: true }).waitFor()
  await expectAccessible(page)
  await page.getByRole('link', { name: 'Log of fork 2' }).click()
  const fork = page.getByRole('combobox', { name: 'Fork' })
  // The failure card, which quotes the step's log, is outside of the log.
  const said = () =>
    page
      .getByRole('region', { name: /^Log/ })
      .getByText(/^by \d+ of/)
      .textContent()
  await expect.poll(() => fork.locator('option:checked').textContent()).toMatch(/^Fork 2: exit 1, 1 failed, \d/)
  const second = await said()
  await fork.selectOption({ index: 0 })
  await page.waitForURL(/fork=1/)
  await expect.poll(said).not.toBe(second)
  const first = await said()
  await page.getByRole('group', { name: 'Log of' }).getByRole('button', { name: 'Step' }).click()
  await expect.poll(said).not.toBe(first)
  await expectAccessible(page)
})

test('web B18 a step whose service ends before it is ready names it, with its last lines', async () => {
  const broken = { ...db, command: 'echo no password given; exit 1', ready: { port: 5432 } }
  const number = await start({ key: 'test', cmd: 'echo tested', services: [broken] })
  await buildEnd(app.product.api, 'ci', number)
  await page
    .getByText(/The service db ended with exit 1 before it was ready\./)
    .first()
    .waitFor()
  await page
    .getByRole('heading', { level: 1, name: /test did not start: its service db ended before it was ready/ })
    .waitFor()
  // The service's log is shown first.
  const shown = page.getByRole('button', { name: /^db\s*failed, exit 1/ })
  expect(await shown.getAttribute('aria-pressed')).toBe('true')
  await page.getByRole('region', { name: /^Log/ }).getByText('no password given').waitFor()
  await page.getByRole('button', { name: 'Step', exact: true }).click()
  await page.getByText('This step did not run').waitFor()
})

test('web P7 B3 B12 an open page shows that forks prove a test flaky; administrators quarantine it and lift the quarantine', async () => {
  const report = (inside: string) =>
    `echo '<testsuite name="cart"><testcase classname="cart" name="rounds">${inside}</testcase></testsuite>' >junit.xml`
  const gate = `gate-${randomUUID()}`
  const waits = `sh -c 'until [ -e /red ] || [ -e /green ]; do sleep 0.1; done' ${gate}`
  await page.setViewportSize({ width: 390, height: 844 })
  const number = await submit([
    {
      ...{ key: 'unit', artifacts: [{ path: 'junit.xml', when: 'always', kind: 'junit' }], tests: { forks: 1 } },
      cmd: `${waits}; if [ -e /green ]; then ${report('')}; exit; fi; ${report('<failure message="expected 2"/>')}; exit 1`,
    },
  ])
  await page.goto(`${app.origin}/default/pipelines/ci/builds/${number}?job=unit`)
  const letGo = (file: string) => expect.poll(() => attempted(() => touchInSandbox(gate, file)))
  await letGo('/red').toBeUndefined()
  const failures = page.getByRole('region', { name: 'Why it failed' })
  await failures.getByText('proving').waitFor()
  await letGo('/green').toBeUndefined()
  // A phone's headline has no room for the verdict, so the list of failures shows it.
  await failures.getByText('cart › rounds — expected 2 · flaky: 1 of 1 fork passed').waitFor()
  await page.setViewportSize({ width: 1280, height: 720 })
  await page.goto(`${app.origin}/default/pipelines/ci/builds/${number}?view=tests`)
  await page.getByRole('list', { name: 'Tests' }).getByText('Flaky: 1 of 1 fork passed').waitFor()
  await page.getByRole('link', { name: 'cart › rounds' }).click()
  await page.getByRole('heading', { level: 1, name: 'cart › rounds' }).waitFor()
  await page.getByRole('table', { name: 'Results, newest first' }).getByText('Flaky: 1 of 1 fork passed').waitFor()
  expect(await page.getByText('Flaky: 1 of 1 fork passed').count()).toBe(2)
  const bar = page.getByRole('list', { name: 'Last results, oldest first' }).getByRole('link')
  expect(await bar.boundingBox()).toMatchObject({ width: 24, height: 44 })

  const dialog = page.getByRole('dialog')
  await page.getByRole('button', { name: 'Quarantine', exact: true }).click()
  await dialog.getByText('cart › rounds').waitFor()
  await expectAccessible(page)
  await page.keyboard.press('Enter')
  await page.getByText(/^In quarantine since just now: put there by an administrator/).waitFor()
  const lift = page.getByRole('button', { name: 'Lift quarantine' })
  await lift.click()
  await page.keyboard.press('Enter')
  await page.getByText('In quarantine since').waitFor({ state: 'detached' })

  // The user loses the admin role while the page is open.
  await page.getByRole('button', { name: 'Quarantine', exact: true }).click()
  await app.product.pool.query("update memberships set role = 'member'")
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').getByText(/admin/).waitFor()
  await page.reload()
  const refused = page.getByRole('button', { name: 'Quarantine', exact: true })
  expect([await refused.getAttribute('aria-disabled'), await refused.getAttribute('title')]).toEqual([
    'true',
    'Only owners and admins of default can change quarantine',
  ])
  await app.product.pool.query("update memberships set role = 'owner'")
})

test('web B4 a thousand appended steps appear below their generator, and no visible row moves', async () => {
  const gate = `gate-${randomUUID()}`
  const appended = (key: string) => `{"type":"command","key":"${key}","cmd":"true","depends_on":["hold"]}`
  const plan = [
    `sh -c 'until [ -e /go ]; do sleep 0.1; done' ${gate}`,
    'mkdir -p $HARMONT_OUTPUT/steps',
    `{ echo '{"version":"0","steps":['; seq 999 | sed 's/.*/${appended('a&')},/'; echo '${appended('last')}]}'; } >$HARMONT_OUTPUT/steps/a.json`,
  ].join('\n')
  const others = Array.from({ length: 300 }, (_, index) => ({ key: `s${index}`, cmd: 'true', depends_on: ['hold'] }))
  const number = await submit([{ key: 'plan', cmd: plan, append: {} }, { key: 'hold', cmd: 'sleep 600' }, ...others])
  await page.setViewportSize({ width: 1280, height: 720 })
  await page.goto(`${app.origin}/default/pipelines/ci/builds/${number}?job=hold`)
  await page.getByText('Order', { exact: true }).click()
  const list = page.getByRole('list', { name: 'Steps' })
  const row = list.getByText('s150', { exact: true })
  await list.locator('..').evaluate((scroller) => {
    scroller.scrollTop = scroller.scrollHeight / 2
  })
  await row.waitFor()
  const before = await row.boundingBox()
  await expect.poll(() => attempted(() => touchInSandbox(gate, '/go'))).toBeUndefined()
  await page.getByPlaceholder('Filter 1,302 steps').waitFor()
  expect(await row.boundingBox()).toEqual(before)
  await list.locator('..').evaluate((scroller) => {
    scroller.scrollTop = 0
  })
  await list.getByText('a3', { exact: true }).waitFor()
  const names = await list.getByRole('listitem').evaluateAll((rows) => rows.slice(0, 4).map((one) => one.textContent))
  expect(names).toEqual(['plan', 'a1', 'a2', 'a3'].map((name) => expect.stringContaining(name)))
  await app.product.api.cancelBuild('ci', number)
  await buildEnd(app.product.api, 'ci', number)
})

function attempted(work: () => void): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
