/**
 * Follows a new administrator from the printed link to a passed build, with the commands that the
 * page shows.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { linkImages } from '@harmont/outside/shared-images'
import { afterAll, beforeAll, expect } from 'vitest'
import { heading, journey, startPeople } from './auth-people.ts'
import { press, reach } from './browser-keys.ts'
import { setUp } from './organization-steps.ts'

const repository = resolve(import.meta.dirname, '../..')
const it = startPeople({ hasRunner: true })
const terminals: ChildProcess[] = []
let home: string
let project: string
beforeAll(() => {
  home = mkdtempSync('/var/tmp/hm-first-day-')
  const local = join(home, '.cache/harmont/local')
  linkImages(join(local, 'images'))
  // Packages of other tests are kept.
  writeFileSync(join(local, 'trimmed'), '')
  project = join(home, 'hello')
  mkdirSync(project)
  const scripts = { test: 'node -e "console.log(process.argv.length)"' }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'hello', version: '1.0.0', scripts }))
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', project, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args])
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-q', '-m', 'First commit')
})
afterAll(() => {
  for (const terminal of terminals) terminal.kill()
  rmSync(home, { recursive: true, force: true })
})

/** Types a command of the page into a terminal in the project. */
function type(command: string) {
  const env = {
    ...{ HOME: home, TERM: 'xterm', BROWSER: 'true', HM_CACHE_DIR: join(home, '.cache/harmont') },
    PATH: `${join(repository, 'node_modules/.bin')}:${process.env.PATH}`,
  }
  const line = `stty cols 120 rows 30; exec ${command}`
  const terminal = spawn('script', ['-qefc', line, '/dev/null'], { cwd: project, env })
  terminals.push(terminal)
  let shown = ''
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  return {
    ended: once(terminal, 'close').then(([code]) => code as number),
    told: () => shown,
    answer() {
      // A waiting question starts with this sign; an answered question starts with another.
      terminal.stdout.on('data', (text: string) => text.includes('◆') && terminal.stdin.write('\r'))
    },
    async shows(pattern: RegExp): Promise<string> {
      await expect.poll(() => shown).toMatch(pattern)
      return pattern.exec(shown)?.[1] ?? ''
    },
  }
}

/** Waits for a successful end and answers every question with Enter. */
async function runs(command: string): Promise<void> {
  const { ended, told, answer } = type(command)
  answer()
  expect(await ended, `${command}\n${told()}`).toBe(0)
}

journey('web F1 F2 F3 from the printed link to a green build, by what the page says to type', async () => {
  const { page } = await setUp(it)
  await page.getByRole('heading', { name: 'Getting started' }).waitFor()
  const commands = await page.locator('ol code').allTextContents()
  expect(commands).toEqual([
    `hm config set cloud.api_url ${it.server.origin}`,
    'hm login',
    // Every person has a personal organization too.
    'hm org switch acme',
    'hm init',
    'hm run',
    'hm run --cloud',
  ])

  const [config = '', login = '', choose = '', init = '', local = '', cloud = ''] = commands
  await runs(config)
  const terminal = type(login)
  const address = await terminal.shows(/opening (http\S+)/)
  const tab = await page.context().newPage()
  await tab.goto(address)
  await press(tab, 'The codes match: sign in')
  expect(await terminal.ended).toBe(0)
  await tab.close()
  await runs(choose)
  // Tests reach no image registry, so steps use this machine's programs.
  await runs(`${init} --plain`)
  await runs(local)
  await runs(cloud)

  // The open page shows the build without a reload.
  await page.getByRole('img', { name: 'Passed' }).first().waitFor()
  await page.getByText('passed on main').waitFor()
  // The pipeline is named like the project.
  await reach(page.locator('main a[href="/acme/pipelines/hello/builds/1"]').first())
  await page.keyboard.press('Enter')
  await heading(page, /^Passed/)
  await page.getByRole('region', { name: /^Log/ }).getByText('1', { exact: true }).first().waitFor()
  expect(it.problems()).toEqual([])
})
