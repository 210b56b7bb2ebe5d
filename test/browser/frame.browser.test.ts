/**
 * Tests the frame around all pages: a server outage, another tab, a lost session, keyboard use and
 * hostile names. No build runs here.
 */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { flatIr } from '../product.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'
import { createPasskey } from './ceremonies.ts'

let app: App
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  app = await startApp({ HARMONT_RUNNER: 'off' })
  page = watch(await app.openAsOwner())
  await build('ci', 'first')
})
afterAll(async () => {
  await app?.stop()
})

/** Records errors of a page: scripts that throw, and violations of its policy. */
function watch(opened: Page): Page {
  opened.on('pageerror', (error) => complaints.push(String(error)))
  opened.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`))
  opened.on('console', (message) => {
    // The browser itself reports a server that is down and a session that ended.
    const isExpected = /ERR_CONNECTION_(?:REFUSED|RESET)|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|status of 401/.test(
      message.text(),
    )
    if (message.type() === 'error' && !isExpected) complaints.push(message.text())
  })
  return opened
}

/**
 * Types keys until they take effect, because a page starts listening only some time after it is
 * painted.
 */
async function keys(text: string, effect: Locator): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    await page.keyboard.type(text)
    try {
      return await effect.waitFor({ timeout: 5_000 })
    } catch (error) {
      if (tries === 6) throw error
    }
  }
}

/** Creates a build that waits forever, with this message. */
async function build(pipeline: string, message: string, branch = 'main'): Promise<void> {
  const slug = await app.product.api.ensurePipeline({
    name: pipeline,
    repository: `acme/${pipeline}`,
    default_branch: 'main',
  })
  const commit = '0123456789abcdef0123456789abcdef01234567'
  await app.product.api.createBuild(slug, {
    branch,
    commit,
    message,
    pipeline_ir: flatIr([{ key: 'test', cmd: 'true' }]),
  })
}

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name })
const go = (path: string) => page.goto(app.origin + path)
const focused = () => page.locator(':focus')

test('web A3 X3 when the server is killed, a bar reports it, the data stays visible, and the page catches up automatically', async () => {
  await go('/default/builds')
  await page.getByText('first').first().waitFor()
  app.product.server().kill('SIGKILL')
  const bar = page.getByText('The server is not responding.')
  await bar.waitFor()
  await page.getByText('Next try in').waitFor()
  expect(await page.getByText('first').first().isVisible()).toBe(true)
  // It is disabled while the page tries.
  await page.getByRole('button', { name: 'Try now', disabled: false }).waitFor()
  await app.product.restart()
  // The next change is not announced to the page before it polls again.
  await build('ci', 'while you were away')
  await page.getByText('while you were away').waitFor()
  await bar.waitFor({ state: 'detached' })
  expect(new URL(page.url()).pathname).toBe('/default/builds')
  await build('ci', 'and live again')
  await page.getByText('and live again').waitFor()
})

test('web D1 D2 the lists of two pages use one stream each, and a build appears in both without a reload', async () => {
  const second = watch(await page.context().newPage())
  const streams: string[] = []
  second.on('request', (request) => {
    if (request.url().includes('/events?')) streams.push(request.url())
  })
  await second.goto(`${app.origin}/default/pipelines`)
  await second.getByRole('link', { name: 'ci', exact: true }).first().waitFor()
  await expect.poll(() => streams.length).toBe(1)
  await second.getByRole('link', { name: 'Builds', exact: true }).click()
  await second.getByText('and live again').waitFor()
  await build('ci', 'seen by two')
  await Promise.all([page, second].map((one) => one.getByText('seen by two').first().waitFor()))
  expect(streams.length).toBeLessThanOrEqual(2)
  await second.close()
})

test('web T1 the tab shows the state of a build in words and as an icon, for light and dark bars, until the page is left', async () => {
  const picture = () => page.locator('link[rel=icon]').getAttribute('href')
  await go('/default/pipelines/ci/builds/1')
  await expect.poll(() => page.title()).toBe('Queued · ci #1 · default')
  const [light, dark] =
    /stroke:(rgb[^}]+)}.*dark\){svg{stroke:(rgb[^}]+)}/.exec(decodeURIComponent((await picture()) ?? ''))?.slice(1) ??
    []
  expect([light, dark]).toEqual(['rgb(122, 86, 0)', 'rgb(221, 180, 82)'])
  await page.getByRole('link', { name: 'Usage', exact: true }).click()
  await expect.poll(picture).toBe('/favicon.svg')
  expect(await page.title()).toMatch(/ · Harmont$/)
})

test('web T2 the keyboard reaches the skip link, the heading gets the focus after navigation, and the focus returns after a dialog', async () => {
  await go('/default/pipelines')
  await heading('Pipelines').waitFor()
  await page.keyboard.press('Tab')
  expect(await focused().textContent()).toBe('Skip to content')
  await page.keyboard.press('Enter')
  expect(await focused().getAttribute('id')).toBe('main')
  await page.getByRole('link', { name: 'Usage', exact: true }).focus()
  await page.keyboard.press('Enter')
  await heading(/Usage/).and(focused()).waitFor()
  const search = page.getByRole('button', { name: 'Search and commands' })
  await search.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Search and commands' }).and(focused()).waitFor()
  await page.keyboard.press('Escape')
  await search.and(focused()).waitFor()
})

/**
 * Closes the dialog and focuses the page's search before any timer runs. Returns whether the dialog
 * was gone by then, and the element that has the focus later.
 */
const closeAndSearch = `(async () => {
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))
  for (let turn = 0; turn < 1000 && document.querySelector('[role=dialog]'); turn++) await null
  const isGone = document.querySelector('[role=dialog]') === null
  document.querySelector('main input').focus()
  await new Promise((resolve) => setTimeout(resolve, 100))
  return [isGone, document.activeElement.tagName]
})()`

test('web T2 a closing dialog does not take the focus from where a key moved it', async () => {
  await go('/default/builds')
  await keys('?', page.getByRole('dialog', { name: 'Keyboard shortcuts' }))
  expect(await page.evaluate(closeAndSearch)).toEqual([true, 'INPUT'])
})

test("shortcuts: g and a letter open a section, ? lists the page's keys, and fields receive them as text", async () => {
  await go('/default/pipelines')
  await heading('Pipelines').waitFor()
  await keys('gb', heading(/Builds/))
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await keys('?', help.getByText('Switch organization'))
  await page.keyboard.press('Escape')
  await help.waitFor({ state: 'detached' })
  // On a page without a search field the key would open the palette; inside the field it is typed.
  const field = page.getByRole('main').getByRole('searchbox')
  await field.waitFor()
  const hasFocus = async () => (await field.and(focused()).count()) === 1
  // A listening page moves the focus before the press returns.
  await expect
    .poll(async () => {
      await page.keyboard.press('/')
      return hasFocus()
    })
    .toBe(true)
  await page.keyboard.type('gs?')
  expect([await focused().inputValue(), new URL(page.url()).pathname]).toEqual(['gs?', '/default/builds'])
})

test('the palette finds pages, builds by number and commit, error codes and themes by keyboard alone; arrows wrap around, and recent choices come first', async () => {
  await go('/default/usage')
  await heading(/Usage/).waitFor()
  const choose = async (typed: string, option: string | RegExp) => {
    // Types at once, before the palette appears.
    await page.keyboard.press('Control+k')
    await page.keyboard.type(typed)
    const wanted = page.getByRole('option', { name: option }).first()
    await wanted.waitFor()
    while ((await wanted.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
  }
  await page.keyboard.press('Control+k')
  const selected = page.getByRole('option', { selected: true })
  const [first, last] = [page.getByRole('option').first(), page.getByRole('option').last()]
  await first.and(selected).waitFor()
  await page.keyboard.press('ArrowUp')
  await last.and(selected).waitFor()
  await page.keyboard.press('ArrowDown')
  await first.and(selected).waitFor()
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await choose('members', /^Members/)
  await page.waitForURL('**/default/settings/members')
  await choose('#1', /ci #1 first/)
  await page.waitForURL(/\/default\/pipelines\/ci\/builds\/1(\?|$)/)
  await choose('usage', /^Usage/)
  await page.waitForURL('**/default/usage')
  await choose('0123456', /ci #1 first/)
  await page.waitForURL(/\/default\/pipelines\/ci\/builds\/1(\?|$)/)
  await choose('dark', /Theme: dark/)
  await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
  await page.keyboard.press('Control+k')
  const group = page.getByRole('group', { name: 'Recent' })
  await group.waitFor()
  expect(await group.getByRole('option').first().textContent()).toBe('Theme: dark')
  await page.keyboard.type('invalid_json')
  expect(await page.getByRole('option').first().textContent()).toContain('invalid_json')
  await page.keyboard.press('Escape')
  // The theme is set before the first paint, so no light theme flashes.
  await page.reload()
  expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await choose('system', /Theme: system/)
})

test('web X4 hostile names of a pipeline, branch, message and organization are plain text in lists, trail, switcher and palette', async () => {
  const markup = '<img src=x onerror=alert(1)><script>alert(1)</script>'
  await build('hostile', `${markup}\u202egnp.exe ${'W'.repeat(400)}`, 'x"onmouseover="alert(1)')
  await go('/default/builds?create-org=1')
  await page.getByRole('textbox', { name: 'Name' }).fill(`${markup} Labs`)
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await page.getByRole('button', { name: /^Organization: <img/ }).waitFor()
  await page.setViewportSize({ width: 360, height: 740 })
  const shown = {
    '/default/builds': /onerror=alert/,
    '/default/pipelines': 'hostile',
    '/default/pipelines/hostile': /onerror=alert/,
    '/default/pipelines/hostile/builds/1?view=steps': /onerror=alert/,
  }
  for (const [path, text] of Object.entries(shown)) {
    await go(path)
    await page.locator('main').getByText(text).first().waitFor()
    expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 360])
    expect([path, await page.locator('main img, main script').count()]).toEqual([path, 0])
  }
  await page.setViewportSize({ width: 1280, height: 720 })
  await page.keyboard.press('Control+k')
  await page.keyboard.type('onerror')
  await page.getByRole('option', { name: /hostile #1/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await keys('go', page.getByRole('link', { name: /<img src=x/ }))
  await page.keyboard.press('Escape')
})

test("the page of an unknown organization lists the user's organizations, and an unknown page links to the nearest page", async () => {
  await go('/of-others/builds')
  await heading(/^Organization “of-others” not found$/).waitFor()
  expect(await page.getByText('admin@localhost').first().isVisible()).toBe(true)
  expect(await page.getByRole('navigation', { name: 'Your organizations' }).getByRole('link').count()).toBe(2)
  await go('/default/setings')
  await heading('Page not found').waitFor()
  await page.getByRole('link', { name: 'Go to Settings of default' }).click()
  await page.waitForURL('**/default/settings')
})

test('web A4 after the session ends, a passkey sign-in over the page keeps typed text', async () => {
  await go('/default/builds')
  const devices = await page.context().newCDPSession(page)
  await devices.send('WebAuthn.enable')
  await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
      automaticPresenceSimulation: true,
    },
  })
  const register = '/auth/passkey/register'
  const made = { options: `${register}/options`, finalize: `${register}/finalize`, members: { nickname: 'Laptop' } }
  expect(await createPasskey(page, made)).toMatchObject({ status: 200 })
  await go('/default/builds?create-org=1')
  await page.getByRole('textbox', { name: 'Name' }).fill('Second Try')
  await endSessions()
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  const again = page.getByRole('dialog', { name: 'Your session has ended' })
  await again.waitFor()
  await page.keyboard.press('Escape')
  await again.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await again.waitFor({ state: 'detached' })
  expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Second Try')
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await page.waitForURL('**/second-try/pipelines')
})

/** Ends every session, as an owner with an API key can. */
async function endSessions(): Promise<void> {
  const sessions = `${app.origin}/api/v0/user/sessions`
  const headers = { authorization: `Bearer ${app.product.token}` }
  const listed = await fetch(sessions, { headers })
  const { sessions: all } = (await listed.json()) as { readonly sessions: readonly { readonly id: string }[] }
  await Promise.all(all.map(({ id }) => fetch(`${sessions}/${id}`, { method: 'DELETE', headers })))
}

test('web A5 when one tab signs out, the other hides its page and continues after a sign-in', async () => {
  await go('/default/builds')
  await heading(/Builds/).waitFor()
  const other = watch(await page.context().newPage())
  await other.goto(`${app.origin}/default/pipelines`)
  await other.getByRole('button', { name: /^Account:/ }).click()
  await other.getByRole('menuitem', { name: 'Sign out' }).click()
  await other.waitForURL('**/login')
  const gone = page.getByRole('dialog', { name: 'You signed out' })
  await gone.waitFor()
  await app.signIn(page.context())
  await other.goto(`${app.origin}/`)
  await other.getByRole('button', { name: /^Account:/ }).waitFor()
  // The sign-in happened outside the pages; a tab would notice it only when it becomes visible.
  await page.evaluate("new BroadcastChannel('harmont').postMessage({ type: 'session' })")
  await gone.waitFor({ state: 'detached' })
  await heading(/Builds/).waitFor()
  await other.close()
})

test('web A9 no page violated its policy or threw', () => {
  expect(complaints).toEqual([])
})
