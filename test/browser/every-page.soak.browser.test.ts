/**
 * Checks the requirements of every page at a narrow and a wide width. `npm test` loads half of the
 * pages at each width and measures their layout shift; soak loads all pages at both. The costly axe
 * checks each page in two of four combinations of width and theme, here or in its feature's test;
 * soak checks all pages here in all four.
 */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { effort } from '@harmont/test-kit/effort'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverProgram } from '../../scripts/server-process.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'
import { openWindow, type Window } from './browser.ts'
import { walkByKeyboard } from './keyboard-walk.ts'
import { contentSettings, fill } from './shots/content.ts'
import { fillOrganization } from './shots/organization.ts'
import { routes, type ShownRoute } from './shots/routes.ts'
import { fillRunners } from './shots/runners.ts'
import { fillShop } from './shots/shop.ts'

/** axe checks the other pages in the tests of their features. */
const shownToAxe: ReadonlySet<string> = new Set([
  ...['pipelines-none-match', 'create-organization', 'build-failed', 'build-graph', 'build-waterfall'],
  ...[
    'build-unknown',
    'repos',
    'repos-empty',
    'usage',
    'usage-empty',
    'organization',
    'members',
    'integrations',
    'audit',
  ],
  ...['github-setup', 'organization-unknown', 'not-found', 'docs-error'],
])
/** One page of each kind, because pages that differ only in data have the same keys. */
const walked: ReadonlySet<string> = new Set([
  ...['login', 'register', 'recover', 'pipelines', 'getting-started', 'builds', 'pipeline', 'pipeline-settings'],
  ...['new-build', 'build-failed', 'build-graph', 'build-waterfall', 'repos', 'usage', 'organization'],
  ...[
    'members',
    'integrations',
    'runners',
    'audit',
    'account',
    'passkeys',
    'keys',
    'sessions',
    'appearance',
    'not-found',
  ],
])

let app: App
/** Two signed-in windows, so that one page loads while the other is checked. */
let signedIn: readonly Window[]
let strangers: readonly Window[]
/** All findings. The first test opens each page once for both tests. */
let visits: ReturnType<typeof visitAll> | undefined
const faults = () => (visits ??= visitAll())
const titles = new Map<string, string>()
let shown: readonly ShownRoute[] = routes
let endRunners = () => {}

beforeAll(async () => {
  app = await startApp({ ...contentSettings, HARMONT_RATE_LIMITS: 'off' })
  const env = { ...app.product.commandEnv, HARMONT_BILLING: 'on' }
  execFileSync(process.execPath, [serverProgram, 'grant', 'default', '25'], { env })
  await fill(app)
  // The builds take 20 s.
  if (effort > 1) shown = [...routes, ...(await fillShop(app))]
  await fillOrganization(app)
  endRunners = await fillRunners(app)
  const open = () => openWindow(app.browser)
  signedIn = [await open(), await open()]
  for (const { page } of signedIn) await app.signIn(page.context())
  strangers = [await open()]
  for (const { page } of [...signedIn, ...strangers]) await page.addInitScript(watchMoves)
})
afterAll(async () => {
  endRunners()
  await app?.stop()
})

/** Opens each page and checks it once it has loaded. */
async function visitAll() {
  const found = { onPages: [] as string[], byKeyboard: [] as string[] }
  const queueOf = (isPublic: boolean) => shown.filter((route) => (route.isPublic ?? false) === isPublic).values()
  const visitEach = async (queue: IteratorObject<ShownRoute>, { page, problems }: Window) => {
    for (const route of queue) {
      const before = problems.length
      try {
        await visit(page, route)
        if (walked.has(route.name))
          found.byKeyboard.push(...(await walkByKeyboard(page)).map((fault) => `${route.name}: ${fault}`))
      } catch (error) {
        found.onPages.push(`${route.name}: ${error}`)
      }
      found.onPages.push(...problems.slice(before).map((problem) => `${route.name}: ${problem}`))
    }
  }
  const [own, everybodys] = [queueOf(false), queueOf(true)]
  await Promise.all([
    ...signedIn.map((window) => visitEach(own, window)),
    ...strangers.map((window) => visitEach(everybodys, window)),
  ])
  return found
}

/** Shows the page narrow, then wide, and leaves it wide. */
async function visit(page: Page, route: ShownRoute): Promise<void> {
  const { name, path } = route
  const isWide = effort > 1 || routes.indexOf(route) % 2 === 0
  if (effort > 1 || !isWide) await load(page, path, { width: 390, height: 844 })
  if (isWide) await load(page, path, { width: 1440, height: 900 })
  titles.set(name, (await page.title()).trim())
  for (const size of [narrowest, { width: 1440, height: 900 }]) {
    await page.setViewportSize(size)
    await hasItsShape(page)
  }
  if (effort > 1) await expectAccessible(page, 'all')
  else if (shownToAxe.has(name)) await expectAccessible(page)
}

async function load(page: Page, path: string, size: { readonly width: number; readonly height: number }) {
  await page.setViewportSize(size)
  await page.goto(app.origin + path)
  await page.locator('h1').first().waitFor()
  const loading = page.locator('[role="status"][aria-label]')
  await expect.poll(() => loading.count(), { message: 'is loading' }).toBe(0)
  await hasItsShape(page)
  const { score, moves } = (await page.evaluate('globalThis.movesOf()')) as { score: number; moves: readonly string[] }
  if (score > mostShift) throw new Error(`moves by ${score} at ${size.width} px while it loads: ${moves.join(' | ')}`)
}

const narrowest = { width: 360, height: 780 }

const hasItsShape = (page: Page) =>
  expect.poll(() => shapeOf(page)).toEqual({ headings: 1, mains: 1, sideways: 0, cutLinks: [] })

/** The limit of web.md 14 for layout shift while loading. */
const mostShift = 0.02

/** Runs in each page from its start. It is text because Node.js lacks the browser's globals. */
const watchMoves = `{
  const entries = []
  const add = (news) => entries.push(...news.filter(({ hadRecentInput }) => !hadRecentInput))
  const observer = new PerformanceObserver((list) => add(list.getEntries()))
  observer.observe({ type: 'layout-shift', buffered: true })
  const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(' ')
  const tell = ({ node, previousRect, currentRect }) =>
    (node?.textContent ?? '').slice(0, 60) + ' from ' + place(previousRect) + ' to ' + place(currentRect)
  globalThis.movesOf = () => {
    add(observer.takeRecords())
    return {
      score: entries.reduce((sum, { value }) => sum + value, 0),
      moves: entries.flatMap(({ value, sources }) => sources.map((source) => value.toFixed(4) + ' ' + tell(source))),
    }
  }
}`

interface Shape {
  readonly headings: number
  readonly mains: number
  /** Pixels to scroll. */
  readonly sideways: number
  /** Texts of links to the current page that their row shows only in part. */
  readonly cutLinks: readonly string[]
}

const shapeOf = async (page: Page) =>
  (await page.evaluate(`({
    headings: document.querySelectorAll('h1').length,
    mains: document.querySelectorAll('main').length,
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    cutLinks: [...document.querySelectorAll('nav [aria-current=page]')]
      .filter((link) => link.checkVisibility() && link.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map((link) => link.textContent),
  })`)) as Shape

test('web T1 T2 T4 A9 every page has one h1 and its own title, no errors, no horizontal scrolling at 360 px, and no layout shift while loading', async () => {
  expect((await faults()).onPages).toEqual([])
  expect(titles.size).toBe(shown.length)
  expect([...titles].filter(([, title]) => title === '' || title === 'Harmont')).toEqual([])
})

test('web T2 Tab reaches every control, and each has a name and a visible focus ring', async () => {
  const { byKeyboard } = await faults()
  expect([...walked].filter((name) => !titles.has(name))).toEqual([])
  expect(byKeyboard).toEqual([])
})

test('web T1 at no width does a waiting build move anything while its time grows', async () => {
  const { page } = await openWindow(app.browser)
  await app.signIn(page.context())
  await page.clock.install()
  // The server's answers would correct the page's clock.
  let isAnswered = true
  await page.route('**/api/**', (route) => (isAnswered ? route.continue() : undefined))
  await page.goto(app.origin + routes.find(({ name }) => name === 'build-waiting-group')?.path)
  const waited = page.getByText(/ so far\.$/)
  await waited.waitFor()
  isAnswered = false
  const heightsAt = new Map<number, string[]>()
  for (const forward of ['00:01', '00:09', '00:50', '12:34', '20:30:40']) {
    await page.clock.fastForward(forward)
    for (let width = 360; width <= 1440; width += 20) {
      await page.setViewportSize({ width, height: 900 })
      const heights = heightsAt.get(width) ?? []
      heightsAt.set(width, [...heights, await page.evaluate(headerHeights)])
    }
  }
  expect(await waited.textContent()).toMatch(/^20 h \d\d m so far\.$/)
  expect([...heightsAt].filter(([, heights]) => new Set(heights).size > 1)).toEqual([])
  await page.context().close()
})

/** Returns the heights of the header and its parts as text. A bar about the silence may be above. */
const headerHeights = `[...document.querySelectorAll('main header, main header > *')]
  .map((element) => element.getBoundingClientRect().height).join(', ')`
