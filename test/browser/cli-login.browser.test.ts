/**
 * Runs the real `hm login` against a server with an IP address: users sign in with one-time links,
 * and terminals through their browsers.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect } from 'vitest'
import { heading, journey, startPeople } from './auth-people.ts'
import { expectAccessible } from './axe.ts'
import { fill, press, tick } from './browser-keys.ts'

const hmProgram = fileURLToPath(new URL('../../packages/cli/bin/hm.js', import.meta.url))
const it = startPeople({ host: '127.0.0.1', hasMail: false })
const terminals: ChildProcess[] = []
let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'hm-login-'))
  linkCompiled(join(home, '.cache', 'hm'))
})
afterAll(() => {
  for (const terminal of terminals) terminal.kill()
  rmSync(home, { recursive: true, force: true })
})

/** Runs `hm` in a terminal. */
function hm(...args: readonly string[]) {
  const env = { PATH: process.env.PATH, HOME: home, HM_API_URL: it.server.origin, BROWSER: 'true', TERM: 'xterm' }
  const command = [process.execPath, hmProgram, ...args].map((word) => `'${word}'`).join(' ')
  // A new terminal has no columns, and prompts depend on them.
  const line = `stty cols 120 rows 30; exec ${command}`
  const terminal = spawn('script', ['-qefc', line, '/dev/null'], { env })
  terminals.push(terminal)
  let shown = ''
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  return {
    async shows(pattern: RegExp): Promise<string> {
      await expect.poll(() => shown).toMatch(pattern)
      return pattern.exec(shown)?.[1] ?? ''
    },
    type: (text: string) => terminal.stdin.write(text),
    code: once(terminal, 'close').then(([code]) => code as number),
  }
}

/** Requests about terminals. */
function grants(page: Page): readonly string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/api/v0/auth/cli/')) asked.push(request.url())
  })
  return asked
}

journey(
  'web A6 F2 a page on which passkeys cannot work says so and names its address and the alternative, without dead buttons',
  async () => {
    it.ada = await it.person()
    const { page } = it.ada
    await page.goto(it.at('/login'))
    await page.getByText(`it is at ${it.server.origin}`).waitFor()
    await page.getByText('npm start -- setup-link YOUR_ADDRESS').waitFor()
    expect(await page.getByRole('button', { name: /passkey/i }).count()).toBe(0)
    await expectAccessible(page)
    await page.goto(it.at('/register'))
    await page.getByText('Passkeys do not work here').waitFor()
    expect(await page.getByRole('textbox').count()).toBe(0)
    await page.goto(it.server.setupLink())
    await fill(page, 'Your name', 'Ada')
    await fill(page, 'Email address', 'ada@example.com')
    await fill(page, 'Organization', 'Acme')
    await press(page, 'Continue')
    await heading(page, 'You are signed in')
    await page.getByText('npm start -- setup-link ada@example.com').waitFor()
    await expectAccessible(page)
    await press(page, 'Continue')
    await page.waitForURL(it.at('/acme'))
    await page.goto(it.at('/account/passkeys'))
    await page.getByText('Passkeys do not work here').waitFor()
    expect(await page.getByRole('button', { name: 'Add a passkey' }).count()).toBe(0)
  },
)

journey('mails of a server without a mail server are in its mailbox, and their links work', async () => {
  const { page } = it.ada
  await page.goto(it.at('/mailbox'))
  await page.getByText('No messages yet').waitFor()
  const body = JSON.stringify({ email: 'bob@example.com', name: 'Bob' })
  const headers = { 'content-type': 'application/json' }
  const begun = await fetch(it.at('/api/v0/auth/passkey/signup/begin'), { method: 'POST', headers, body })
  expect(begun.status).toBe(204)
  await page.getByRole('heading', { name: 'Finish signing up for Harmont' }).waitFor()
  await expectAccessible(page)
  await press(page, /\/register\/verify\?token=/)
  await page.waitForURL(it.at('/register/verify'))
})

journey(
  'web A7 terminal and page show the same code; one click signs the terminal in, and ending its session signs it out',
  async () => {
    const { page } = it.ada
    const login = hm('login')
    const code = await login.shows(/matching code: ([0-9A-Z]{4}-[0-9A-Z]{4})/)
    const address = await login.shows(/opening (http\S+)/)
    const asked = grants(page)
    await page.goto(address)
    await page.getByText('ada@example.com').waitFor()
    expect(await page.getByTestId('matching-code').textContent()).toBe(code)
    expect(await page.getByRole('main').textContent()).toContain(it.server.origin)
    await expectAccessible(page)
    expect(asked).toEqual([])
    await press(page, 'The codes match: sign in')
    await login.shows(/signed in as Ada <ada@example\.com>/)
    expect(await login.code).toBe(0)
    await press(page, 'Account → Sessions')
    await page.waitForURL(it.at('/account/sessions'))
    const who = hm('whoami')
    await who.shows(/ada@example\.com/)
    await press(page, /^End the session of hm/)
    await press(page, 'End session')
    await expect.poll(() => page.getByRole('button', { name: /^End the session of hm/ }).count()).toBe(0)
    expect(await hm('whoami').code).toBe(3)
  },
)

journey(
  "web A7 for an older hm the page asks for a confirmation of the user's own login and shows its port; an invalid link requests nothing",
  async () => {
    const stranger = await it.person()
    const login = hm('login')
    const address = new URL(await login.shows(/opening (http\S+)/))
    address.searchParams.delete('code')
    // No user is signed in there, so the sign-in page comes first.
    await stranger.page.goto(address.href)
    await heading(stranger.page, 'Sign in')
    expect(new URL(stranger.page.url()).searchParams.get('redirect')).toContain('/cli-login?')
    const { page } = it.ada
    const asked = grants(page)
    await page.goto(address.href)
    await page.getByText(address.searchParams.get('port') ?? '', { exact: true }).waitFor()
    await press(page, /^Sign in$/)
    expect(asked).toEqual([])
    await expectAccessible(page)
    await tick(page, /^I started this login/)
    await press(page, /^Sign in$/)
    await heading(page, 'You are signed in')
    expect(await login.code).toBe(0)
    const before = asked.length
    for (const port of ['80', '65536', '4000@evil.example']) {
      address.searchParams.set('port', port)
      await page.goto(address.href)
      await heading(page, 'This sign-in link is not valid')
    }
    expect(asked.length).toBe(before)
    await expectAccessible(page)
  },
)

journey('web A8 a code that is typed into the terminal signs it in; copied, it has no spaces', async () => {
  const { page } = it.ada
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const login = hm('login', '--paste')
  await page.goto(await login.shows(/open (http\S+)/))
  await press(page, 'Show a code')
  await page.getByText(/^Good for [45]:\d\d, once\.$/).waitFor()
  await expectAccessible(page)
  await press(page, 'Copy the code')
  await page.getByText('Copied', { exact: true }).waitFor()
  const code = (await page.evaluate('navigator.clipboard.readText()')) as string
  expect(code).toMatch(/^[0-9A-Z]{16}$/)
  await press(page, 'New code')
  await expect.poll(() => page.locator('main code').textContent()).not.toBe(code)
  await login.shows(/Code/)
  login.type(`${code.toLowerCase().replace(/(.{4})/g, '$1 ')}\r`)
  await login.shows(/signed in as Ada/)
  expect(await login.code).toBe(0)
  expect(it.problems()).toEqual([])
})
