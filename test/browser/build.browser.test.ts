/**
 * Examines a failed build as a developer: real builds in sandboxes, in a real browser, by keyboard.
 */
import type { Page, Request, Route } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildEnd, flatIr } from '../product.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'

const noise = 'i=0; while [ $i -lt 400 ]; do echo "compiling module $i"; i=$((i+1)); done'
const steps = [
  { key: 'build', label: ':hammer: build', cmd: noise },
  {
    key: 'test',
    cmd: `test "$HARMONT_ATTEMPT" = 2 && exit 0; ${noise}; echo "src/date.ts:12:4: error: expected 3, got 4"; ${noise}; echo "src/zone.ts:9:1: error: no zone"; exit 1`,
    builds_in: 'build',
  },
  { key: 'lint', cmd: 'exit 75', soft_fail: [75], builds_in: 'build' },
  { key: 'deploy', cmd: 'true', builds_in: 'test' },
]

let app: App
let page: Page
/** The number of a failed build. */
let red: number
beforeAll(async () => {
  app = await startApp()
  await app.product.api.ensurePipeline({ name: 'ci', repository: 'https://github.com/acme/ci', default_branch: 'main' })
  const { token } = app.product
  await fetch(`${app.origin}/api/v0/organizations/default/pipelines/ci`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'CI checks' }),
  })
  page = await app.openAsOwner()
  red = await run(steps)
  // The first page of a build loads the server's renderer, which takes too long on a busy machine.
  await page.request.get(address(red), { headers: { accept: 'text/html' } })
})
beforeEach(() => page.setViewportSize({ width: 1280, height: 720 }))
afterAll(async () => app?.stop())

const commit = 'c0ffee'.repeat(6).concat('abcd')

async function submit(steps: readonly Record<string, unknown>[], more: Record<string, unknown> = {}): Promise<number> {
  const build = { branch: 'main', commit, message: 'Parse dates', pipeline_ir: flatIr(steps), ...more }
  return (await app.product.api.createBuild('ci', build)).number
}

async function run(steps: readonly Record<string, unknown>[]): Promise<number> {
  const number = await submit(steps)
  await buildEnd(app.product.api, 'ci', number)
  return number
}

const address = (number: number, rest = '') => `${app.origin}/default/pipelines/ci/builds/${number}${rest}`
const heading = () => page.getByRole('heading', { level: 1 })
const selected = () => page.getByRole('list', { name: 'Steps' }).locator('[aria-current]')
const log = () => page.getByRole('region', { name: /^Log/ })
/** Waits until the text is on the page, or in the given place. */
const sees = (text: string | RegExp, place: Pick<Page, 'getByText'> = page) => place.getByText(text).first().waitFor()

/** Whether the first place of a text in the log is inside the window. */
async function isOnScreen(text: string): Promise<boolean> {
  const box = await log().getByText(text).first().boundingBox()
  const size = page.viewportSize()
  return box !== null && size !== null && box.y >= 0 && box.y + box.height <= size.height
}

test('web R1 R2 R5 a link to a failed build shows reason, step and error line without further requests', async () => {
  const asked: string[] = []
  const note = (request: Request) => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/api/')) asked.push(pathname.split('/').slice(-1).join('/'))
  }
  page.on('request', note)
  await page.goto(address(red))
  await page.waitForFunction(() => performance.getEntriesByName('harmont:red-answer').length > 0)
  page.off('request', note)
  expect(asked.filter((path) => /^(session|view|log)$/.test(path))).toEqual([])
  expect(await heading().textContent()).toMatch(/test failed after .+ with 2 errors: expected 3, got 4 · date\.ts:12\./)
  expect(await selected().textContent()).toContain('test')
  expect(await isOnScreen('error: expected 3, got 4')).toBe(true)
  expect(await page.title()).toBe('Failed: test · CI checks #1 · default')
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'CI checks' }).waitFor()
  await page.getByRole('list', { name: 'Steps' }).getByText('🔨 build').waitFor()
  const failures = page.getByRole('list', { name: 'Failures' }).getByRole('listitem')
  expect(await failures.allTextContents()).toEqual(['expected 3, got 4 · date.ts:12', 'no zone · zone.ts:9'])
  // Tab starts at the skip link before any navigation.
  expect(await page.evaluate('document.activeElement.tagName')).toBe('BODY')
  await page.getByRole('button', { name: '1 skipped' }).click()
  await sees('1 step skipped because test failed.')
  await page.getByRole('link', { name: 'zone.ts:9' }).click()
  await page.waitForURL(/#L802$/)
  await expect.poll(() => isOnScreen('error: no zone')).toBe(true)
})

/** Records whether the log is present when the app replaces the server-rendered page. */
const noteFirstDraw = `void new MutationObserver((_, watching) => {
  if (document.getElementById('first-page') !== null) return
  watching.disconnect()
  globalThis.isWholeAtFirst = document.querySelector('#log .log-row') !== null
}).observe(document.getElementById('app'), { childList: true })`
const phone = { viewport: { width: 390, height: 844 }, userAgent: 'Mozilla/5.0 (Linux; Android 15) Chrome Mobile' }
test.for([
  ['at 1280 by 720 px', { viewport: { width: 1280, height: 720 } }],
  ['on a phone', phone],
] as const)(
  'web R1 the server-rendered page is complete before any script, and nothing moves when the app starts: %s',
  async ([, device]) => {
    const context = await app.browser.newContext(device)
    await app.signIn(context)
    const own = await context.newPage()
    const scripts: Route[] = []
    let isHeld = true
    await own.route('**/assets/*.js', (route) => (isHeld ? void scripts.push(route) : route.continue()))
    await own.goto(address(red), { waitUntil: 'commit' })
    await own.waitForFunction(() => performance.getEntriesByName('harmont:red-answer').length > 0)
    const places = async () => {
      const shown = [
        own.locator('h1'),
        own.locator('h2'),
        own.getByText('error: expected 3, got 4'),
        own.locator('#log'),
      ]
      const boxes = await Promise.all(shown.map((one) => one.last().boundingBox()))
      return boxes.map((box) => [box?.x ?? -1, box?.y ?? -1])
    }
    const before = await places()
    for (const [, y] of before) expect(y).toBeGreaterThan(0)
    for (const [, y] of before) expect(y).toBeLessThan(device.viewport.height)
    expect(await own.locator('[inert] h1').textContent()).toMatch(/test failed after/)
    await own.evaluate(noteFirstDraw)
    isHeld = false
    await Promise.all(scripts.splice(0).map((route) => route.continue()))
    await own.locator('#first-page').waitFor({ state: 'detached' })
    expect(await own.evaluate('globalThis.isWholeAtFirst')).toBe(true)
    expect(await places()).toEqual(before)
    await context.close()
  },
)

test('web R1 the same at 390 by 844 px, with the log below the sentence', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(address(red))
  await log().getByText('error: expected 3, got 4').waitFor()
  expect(await isOnScreen('error: expected 3, got 4')).toBe(true)
  const [above, below] = [await heading().boundingBox(), await log().boundingBox()]
  expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0)
  expect(below?.height).toBeGreaterThanOrEqual(0.7 * 844)
  await page.getByRole('banner').getByRole('link', { name: 'ci' }).waitFor()
  // The main action for a failure is a button; all other actions are in its menu.
  await page.getByRole('button', { name: 'Retry step' }).waitFor()
  await page.getByRole('button', { name: 'More actions' }).click()
  expect(await page.getByRole('menuitem').allInnerTexts()).toEqual(['Retry failed (2)', 'Rebuild…', 'Shell', 'Details'])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Search the log' }).click()
  await page.getByRole('searchbox', { name: 'Search the log' }).waitFor()
  await page.getByRole('link', { name: 'Steps' }).first().click()
  await page
    .getByRole('list', { name: 'Steps' })
    .getByRole('link', { name: /deploy/ })
    .click()
  await sees('Skipped because test failed.')
})

test('web R3 R4 f and F visit the failures, a skipped step says why, and Reload, Back and Forward restore the view', async () => {
  await page.goto(address(red))
  await selected().waitFor()
  await page.keyboard.press('f')
  await page.waitForURL(/job=lint/)
  await page.keyboard.press('F')
  await page.waitForURL(/job=test/)
  await log().waitFor()
  // The log's keys work while the focus is elsewhere, and the help lists them.
  expect(await page.evaluate('document.getElementById("log").contains(document.activeElement)')).toBe(false)
  await page.keyboard.press(':')
  await page.getByRole('textbox', { name: 'Line' }).fill('7')
  await page.keyboard.press('Enter')
  await page.waitForURL(/#L7$/)
  await page.keyboard.press('?')
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const key of ['Next error', 'Search the log, from within it', 'Next failure'])
    await help.getByText(key).first().waitFor()
  await page.keyboard.press('Escape')
  await help.waitFor({ state: 'detached' })
  await page.keyboard.press('j')
  await page.keyboard.press('/')
  await page.keyboard.type('depl')
  await page.keyboard.press('Tab')
  await page
    .getByRole('list', { name: 'Steps' })
    .getByRole('link', { name: /deploy/ })
    .press('Enter')
  await sees('Skipped because test failed.')
  await page.reload()
  await sees('Skipped because test failed.')
  expect(await selected().textContent()).toContain('deploy')
  await page.goBack()
  await page.waitForURL(/job=(test|lint)/)
  await page.goForward()
  await sees('Skipped because test failed.')
})

test("web B4 B10 a step has the same icon in list and graph, and the list's bars share one track", async () => {
  await page.goto(address(red))
  await selected().waitFor()
  const marksOf = (rows: string) =>
    page.evaluate(`[...document.querySelectorAll('${rows}')]
      .map((row) => [row.querySelector('bdi').textContent, ...[...row.querySelectorAll('svg')].map((svg) => svg.ariaLabel + svg.innerHTML)])
      .sort()`) as Promise<string[][]>
  const inList = await marksOf('[aria-label=Steps] a')
  const words = ['Skipped', 'Failed, allowed', 'Failed', 'Passed']
  expect(inList.map(([, mark]) => mark?.replace(/<.*/, ''))).toEqual(words)
  const tracks = page.getByRole('list', { name: 'Steps' }).locator('.bg-hairline')
  const boxes = await Promise.all((await tracks.all()).map((track) => track.boundingBox()))
  expect(boxes.map((box) => [box?.x, box?.width])).toEqual(Array(3).fill([boxes[0]?.x, boxes[0]?.width]))
  await page.getByRole('link', { name: 'Graph' }).click()
  await expect.poll(() => marksOf('.react-flow__node')).toEqual(inList)
})

test('web B8 B9 D1 the key r retries the failed step; the build passes without a reload, and the first attempt stays readable', async () => {
  await page.goto(address(red, '?job=test'))
  await selected().waitFor()
  await page.keyboard.press('r')
  await sees(/Passed: 4 steps in/)
  expect(await page.title()).toBe('Passed · CI checks #1 · default')
  const attempts = page.getByRole('combobox', { name: 'Attempt' })
  await page.keyboard.press('a')
  await page.keyboard.press('ArrowDown')
  await page.waitForURL(/attempt=1/)
  expect(await attempts.locator('option').allInnerTexts()).toEqual([
    expect.stringMatching(/^Attempt 2: Passed, .+ \(manual retry\)$/),
    expect.stringMatching(/^Attempt 1: Failed, exit 1, .+ \(first\)$/),
  ])
  await sees('error: expected 3, got 4', log())
  const { jobs } = await buildEnd(app.product.api, 'ci', red)
  await page.goto(address(red, `/jobs/${jobs.get('deploy')?.id}`))
  await page.waitForURL(/builds\/1\?job=deploy/)
  await page.goto(`${app.origin}/default/pipelines/ci/builds/latest?branch=main`)
  await page.waitForURL(/builds\/1(\?|$)/)
  // A missing page links to its parent.
  await page.goto(address(999))
  await page.getByRole('link', { name: 'Builds of ci' }).waitFor()
  await page.goto(address(red, '/jobs/00000000-0000-4000-8000-000000000000'))
  await page.getByRole('link', { name: 'Go to build #1' }).click()
  await page.waitForURL(/builds\/1(\?|$)/)
})

test('a passed step with a replaced image shows this in the list and beside its state', async () => {
  const number = await run([
    { key: 'unit', cmd: 'true', image: 'registry.invalid/node:24' },
    { key: 'other', cmd: 'true' },
  ])
  await page.goto(address(number, '?job=unit'))
  await sees(/Passed: 2 steps in/)
  await sees('registry.invalid/node:24 could not be pulled; the runner’s own tools were used instead')
  expect(await page.getByText('image not used').count()).toBe(1)
})

test('web B5 B9 a waiting step names its reason; the key c cancels after a confirmation, and b rebuilds under a new number', async () => {
  const number = await submit([
    { key: 'slow', cmd: 'echo begun; sleep 300' },
    { key: 'after', cmd: 'true', builds_in: 'slow' },
  ])
  await page.goto(address(number))
  await sees('begun', log())
  await sees(/Running: 0 of 2 steps/)
  await page.keyboard.press('j')
  await page.waitForURL(/job=after/)
  await sees('Waiting for', page.getByRole('region', { name: 'Why it is waiting' }))
  await page.getByRole('region', { name: 'Why it is waiting' }).getByRole('link', { name: 'slow' }).waitFor()
  await page.keyboard.press('c')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Cancel…' }).waitFor()
  await page.keyboard.press('c')
  await page.keyboard.press('Enter')
  await sees(/Canceled by .+ after/)
  await page.keyboard.press('b')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(new RegExp(`builds/${number + 1}(\\?|$)`))
  await sees(/Running: 0 of 2 steps/)
  await page.keyboard.press('[')
  await page.waitForURL(new RegExp(`builds/${number}(\\?|$)`))
  await app.product.api.cancelBuild('ci', number + 1)
  // The button disappears after use; the focus stays on the page.
  await page.getByRole('button', { name: 'Retry canceled (2)' }).click()
  await sees(/Running: 0 of 2 steps/)
  await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1')
  await app.product.api.cancelBuild('ci', number)
})

/** Runs in the page, as text: a browser with the constructor of notifications, which refuses it. */
const withoutNotifications = `globalThis.Notification = class {
  static requestPermission = async () => 'granted'
  constructor() {
    throw new TypeError('Illegal constructor')
  }
}`

test('web B9 D2 where notifications fail the page itself tells the end, and a late answer to Cancel does not undo it', async () => {
  const number = await submit([{ key: 'slow', cmd: 'sleep 300' }])
  const android =
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36'
  const phone = await app.openAsOwner({ userAgent: android })
  await phone.goto(address(number))
  await phone.getByTitle('This browser does not support notifications').waitFor()
  await phone.context().close()

  const other = await app.openAsOwner()
  await other.addInitScript(withoutNotifications)
  await other.goto(address(number))
  await other.getByRole('button', { name: 'Notify me' }).click()
  await other.getByRole('button', { name: 'Notifying' }).waitFor()
  const [isEndRead, isLate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await other.route(/\/cancel$/, async (route) => {
    const response = await route.fetch()
    const body = await response.json()
    await isEndRead.promise
    await route.fulfill({ response, json: { ...body, state: 'canceling' } })
  })
  // The message vanishes after some seconds.
  const told = sees(/^Canceled · CI checks/, other.getByRole('status'))
  await other.keyboard.press('c')
  await other.keyboard.press('Enter')
  await Promise.all([sees(/Canceled by .+ after/, other), told])
  await other.route(/\/view$/, () => isLate.resolve())
  isEndRead.resolve()
  await isLate.promise
  expect(await other.getByRole('heading', { level: 1 }).textContent()).toMatch(/Canceled by .+ after/)
  await other.context().close()
})

test('web B2 D1 a failure replaces an automatic selection; a user’s selection stays, and the key f is offered', async () => {
  const slow = (key: string) => ({ key, cmd: `echo ${key}; sleep 300` })
  const number = await submit([
    slow('serve'),
    { key: 'flop', cmd: 'sleep 1; exit 1' },
    { key: 'late', cmd: 'sleep 2; exit 1' },
  ])
  let reads = 0
  const count = (request: Request) => {
    if (request.url().endsWith(`/builds/${number}/view`)) reads += 1
  }
  page.on('request', count)
  await page.goto(address(number))
  await page.waitForURL(/job=(serve|flop|late)/)
  await page.waitForURL(/job=flop/)
  page.off('request', count)
  expect(reads, 'what happened came by the stream').toBe(0)
  expect(await selected().textContent()).toContain('flop')
  await page.getByRole('list', { name: 'Steps' }).getByRole('link', { name: /serve/ }).click()
  await page.getByRole('button', { name: /late failed/ }).waitFor()
  expect(page.url()).toMatch(/job=serve/)
  await page.keyboard.press('p')
  await page.waitForURL(/job=flop/)
  await app.product.api.cancelBuild('ci', number)
})

test('web B14 an invalid plan shows its message, and no job is requested', async () => {
  const circle = [
    { key: 'a', cmd: 'true', depends_on: ['b'] },
    { key: 'b', cmd: 'true', depends_on: ['a'] },
  ]
  await expect(submit(circle)).rejects.toThrow()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  await page.goto(`${app.origin}/default/pipelines/ci/builds/latest`)
  await sees('Not started: steps depend on each other in a cycle.')
  const why = page.getByRole('region', { name: 'Why it failed' })
  await sees('cycle', why)
  await page.setViewportSize({ width: 390, height: 844 })
  // No step list is above or beside the message.
  expect(await why.boundingBox()).toMatchObject({ x: 0, width: 390 })
  expect(asked.filter((url) => url.includes('/jobs'))).toEqual([])
})

test("web B10 B11 T4 graph and waterfall open at the selected step and fill a phone's screen", async () => {
  const skipped = Array.from({ length: 60 }, (_, index) => ({ key: `s${index}`, cmd: 'true', depends_on: ['root'] }))
  const number = await run([{ key: 'root', cmd: 'exit 1' }, ...skipped])
  await page.goto(address(number, '?view=waterfall&job=s59'))
  const attempts = page.getByRole('list', { name: 'Attempts' })
  const row = attempts.getByRole('button', { pressed: true })
  await row.waitFor()
  expect(await row.getAttribute('aria-label')).toContain('s59')
  const [place, scroller] = [await row.boundingBox(), await attempts.locator('..').boundingBox()]
  expect(place?.y).toBeGreaterThanOrEqual(scroller?.y ?? 9999)
  expect((place?.y ?? 9999) + (place?.height ?? 0)).toBeLessThanOrEqual(
    (scroller?.y ?? 0) + (scroller?.height ?? 0) + 1,
  )

  await page.emulateMedia({ colorScheme: 'dark' })
  await page.getByRole('link', { name: 'Graph' }).click()
  await page.locator('.react-flow__minimap').waitFor()
  const colour = "getComputedStyle(document.querySelector('.react-flow__minimap')).backgroundColor"
  expect(await page.evaluate(colour)).toBe('rgb(27, 31, 38)')
  await page.emulateMedia({ colorScheme: null })

  await page.setViewportSize({ width: 390, height: 844 })
  const graph = page.getByRole('region', { name: /^Graph of 61 steps/ })
  await expect.poll(async () => ((await graph.boundingBox())?.height ?? 0) / 844).toBeGreaterThan(0.6)
  await page.getByRole('link', { name: /s59.*log/ }).click()
  await sees('Skipped because root failed.')
})

test('web X4 T2 T4 hostile names are inert, and the page is accessible in both themes at 360 px', async () => {
  const evil = '<img src=x onerror="document.title=1">\u202Eevil'
  const number = await submit([{ key: 'x', label: evil, cmd: 'echo "<script>document.title=1</script>"; exit 3' }], {
    branch: evil,
    message: `${evil}\n\njavascript:alert(1)`,
  })
  await buildEnd(app.product.api, 'ci', number)
  await page.goto(address(number))
  await sees('<script>document.title=1</script>', log())
  expect(await heading().textContent()).toContain('<img src=x onerror="document.title=1">⟨U+202E⟩evil failed: exit 3')
  expect(await page.title()).toContain('Failed: <img src=x')
  expect(await page.locator('img, a[href^="javascript:"]').count()).toBe(0)
  await page.getByRole('button', { name: 'Details' }).first().click()
  await expectAccessible(page)
})

test('web B17 R1 annotations are under the header, collapsed in a low window, and inert', async () => {
  const text =
    '# Sum **1**\n\n<script>document.title=1</script>\n\n[a](javascript:alert(1)) \u202E [b](https://b.example/)'
  const cmd = `mkdir "$HARMONT_OUTPUT/annotations"; printf '%s' "$TEXT" >"$HARMONT_OUTPUT/summary.md"
    echo grew >"$HARMONT_OUTPUT/annotations/size.warning.md"; echo "error: at last"; exit 1`
  const number = await submit([{ key: 'x', cmd, env: { TEXT: text } }])
  await buildEnd(app.product.api, 'ci', number)
  await page.goto(address(number))
  await log().getByText('error: at last').waitFor()
  const region = page.getByRole('region', { name: 'Annotations' })
  await region.getByRole('button', { name: '2 annotations', expanded: false }).click()
  await region.getByRole('heading', { name: 'Sum 1' }).waitFor()
  await sees('<script>document.title=1</script>', region)
  await sees('[a](javascript:alert(1)) ⟨U+202E⟩', region)
  await sees('grew', region)
  expect(await region.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).toEqual(
    [expect.stringContaining('job=x'), 'https://b.example/', expect.stringContaining('job=x')],
  )
  expect(await isOnScreen('error: at last')).toBe(true)
  await expectAccessible(page)
  await page.reload()
  await region.getByRole('heading', { name: 'Sum 1' }).waitFor()
  await page.evaluate("localStorage.removeItem('harmont:annotations')")
})
