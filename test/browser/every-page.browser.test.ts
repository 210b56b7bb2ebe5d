/** Every page at once: what none may lack, whoever made it. */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'
import { openWindow, type Window } from './browser.ts'
import { walkByKeyboard } from './keyboard-walk.ts'
import { fill } from './shots/content.ts'
import { fillOrganization } from './shots/organization.ts'
import { routes, type ShownRoute } from './shots/routes.ts'

/** Axe looks at the others in the tests of their features. */
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
/** One of each kind: what differs in its data only has the same keys. */
const walked: ReadonlySet<string> = new Set([
  ...['login', 'register', 'recover', 'pipelines', 'getting-started', 'builds', 'pipeline', 'pipeline-settings'],
  ...['new-build', 'build-failed', 'build-graph', 'build-waterfall', 'repos', 'usage', 'organization'],
  ...['members', 'integrations', 'audit', 'account', 'passkeys', 'keys', 'sessions', 'appearance', 'not-found'],
])

let app: App
/** Two who are signed in, so that one loads while the other is looked at. */
let signedIn: readonly Window[]
let strangers: readonly Window[]
beforeAll(async () => {
  app = await startApp({ HARMONT_BILLING: 'on', HARMONT_RATE_LIMITS: 'off' })
  const main = new URL('../../packages/server/src/main.ts', import.meta.url).pathname
  const env = { ...app.product.commandEnv, HARMONT_BILLING: 'on' }
  execFileSync(process.execPath, [main, 'grant', 'default', '25'], { env })
  await fill(app)
  await fillOrganization(app)
  const open = () => openWindow(app.browser, { reducedMotion: 'reduce' })
  signedIn = [await open(), await open()]
  for (const { page } of signedIn) await app.signIn(page.context())
  strangers = [await open()]
}, 300_000)
afterAll(async () => app?.stop())

/** Opens each, looks once nothing of it loads any more, and gives all that is wrong. */
async function faultsOf(shown: readonly ShownRoute[], look: (name: string, page: Page) => Promise<readonly string[]>) {
  const faults: string[] = []
  const queueOf = (isPublic: boolean) => shown.filter((route) => (route.isPublic ?? false) === isPublic).values()
  const walk = async (queue: IteratorObject<ShownRoute>, window: Window) => {
    for (const { name, path } of queue) {
      const before = window.problems.length
      try {
        await window.page.goto(app.origin + path)
        await window.page.locator('h1').first().waitFor()
        const loading = window.page.locator('[role="status"][aria-label]')
        await expect.poll(() => loading.count(), { message: 'is loading' }).toBe(0)
        const found = await look(name, window.page)
        faults.push(...[...found, ...window.problems.slice(before)].map((fault) => `${name}: ${fault}`))
      } catch (error) {
        faults.push(`${name}: ${error}`)
      }
    }
  }
  const [own, everybodys] = [queueOf(false), queueOf(true)]
  await Promise.all([
    ...signedIn.map((window) => walk(own, window)),
    ...strangers.map((window) => walk(everybodys, window)),
  ])
  return faults
}

interface Shape {
  readonly headings: number
  readonly mains: number
  /** Pixels to scroll. */
  readonly sideways: number
}

const shapeOf = async (page: Page) =>
  (await page.evaluate(`({
    headings: document.querySelectorAll('h1').length,
    mains: document.querySelectorAll('main').length,
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  })`)) as Shape

test('web T1 T2 T4 A9 every page has one h1 and a title of its own, complains of nothing, and is as wide as the window at 360 px', async () => {
  const titles = new Map<string, string>()
  const faults = await faultsOf(routes, async (name, page) => {
    await page.setViewportSize({ width: 360, height: 780 })
    // What measures its own place follows the window a moment later.
    await expect.poll(() => shapeOf(page)).toEqual({ headings: 1, mains: 1, sideways: 0 })
    titles.set(name, (await page.title()).trim())
    await page.setViewportSize({ width: 1280, height: 720 })
    if (shownToAxe.has(name)) await expectAccessible(page)
    return []
  })
  expect(faults).toEqual([])
  expect([...titles].filter(([, title]) => title === '' || title === 'Harmont')).toEqual([])
}, 300_000)

test('web T2 Tab reaches everything that can be used, each with a name and a ring that is seen', async () => {
  const shown = routes.filter(({ name }) => walked.has(name))
  expect(await faultsOf(shown, (_, page) => walkByKeyboard(page))).toEqual([])
}, 300_000)
