/**
 * Tests a log after its retention period, on its page and on the command line, and a reader who
 * follows a growing log across a kill of the server.
 */
import { randomUUID } from 'node:crypto'
import { touchInSandbox } from '@harmont/test-kit/touch-in-sandbox'
import { until } from '@harmont/test-kit/until'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runHmHere } from '../../packages/cli/src/test-support/run-hm-here.ts'
import { buildEnd } from '../product.ts'
import { type App, startApp } from './app.ts'
import { logPage, startLogs } from './log-page.ts'

let app: App
let page: Page
/** Number of the build with removed logs. */
let built = 0

beforeAll(async () => {
  app = await startApp({ HARMONT_LOG_RETENTION_DAYS: '90' })
  built = await startLogs(app, { noisy: 'seq 1 5000; echo "Error: no" >&2; exit 3', silent: 'true' })
  await buildEnd(app.product.api, 'logs', built, 110_000)
  await removeLogs()
  page = await app.openAsOwner()
})
afterAll(async () => app?.stop())

/** Simulates that ninety days have passed and the cleanup task has run. */
async function removeLogs(): Promise<void> {
  const { pool } = app.product
  const count = async (where: string) => (await pool.query(`select from packed_logs where ${where}`)).rowCount
  await until(async () => (await count('true')) === 2)
  await pool.query("update packed_logs set packed_at = packed_at - interval '91 days'")
  await pool.query("update engine.builds set finished_at = finished_at - interval '91 days'")
  await pool.query("select graphile_worker.add_job('remove_old_logs')")
  await until(async () => (await count('removed_at is not null')) === 1)
}

test('web L22 a removed log has a row with the time and reason of its removal, and no claim that the command wrote nothing', async () => {
  const on = logPage(page, app.origin, built)
  await on.open('noisy')
  const today = new Date().toISOString().slice(0, 10)
  const row = on
    .log()
    .getByText(`This log was removed on ${today}: logs are kept for 90 days after the end of their build.`)
  await row.waitFor()
  expect(await row.textContent()).toMatch(/It had \d{5} bytes\.$/)
  expect(await page.getByText('The command wrote nothing').count()).toBe(0)
  expect(await on.log().locator('[data-line]').count()).toBe(0)
  // The step's details remain.
  await page
    .getByText(/exit(ed with)?( code)? 3/i)
    .first()
    .waitFor()
  await page.setViewportSize({ width: 360, height: 780 })
  await row.waitFor()
  const box = await row.boundingBox()
  expect((box?.x ?? 0) + (box?.width ?? 999)).toBeLessThanOrEqual(360)
  await on.open('silent')
  await page.getByText('The command wrote nothing and ended with exit code 0.').waitFor()
})

test('`hm logs` reports a removed log on stderr, and `hm job log` prints the remark in its place', async () => {
  const env = { HM_API_URL: app.product.server().url, HM_API_TOKEN: app.product.token, HM_ORG: 'default' }
  const hm = (...args: string[]) => runHmHere(args, { cwd: app.product.dataDirectory, env })
  const says =
    /This log was removed on \d{4}-\d\d-\d\d: logs are kept for 90 days after the end of their build\. It had \d+ bytes\.\n$/
  const logs = await hm('logs', String(built), '-p', 'logs')
  expect(logs.stdout).toBe('')
  expect(logs.stderr).toMatch(new RegExp(`^warning: noisy: ${says.source}`))
  const log = await hm('job', 'log', 'noisy', '-b', String(built), '-p', 'logs')
  expect(log.stdout).toMatch(new RegExp(`^${says.source}`))
  expect(log.stderr).toBe('')
})

/**
 * Returns the texts of these lines once all are in the page. A single query reads hundreds of
 * lines, which matters on a slow machine.
 */
function textsOf(from: number, to: number): Promise<readonly string[]> {
  const lines = Array.from({ length: to - from + 1 }, (_, at) => from + at)
  const read = `${JSON.stringify(lines)}.flatMap(
    (line) => document.querySelector('#log [data-line="' + line + '"] [data-text="' + line + '"]')?.textContent ?? [])`
  return until(
    () => page.evaluate<readonly string[]>(read),
    ({ length }) => length === lines.length,
  )
}

test('web L14 L23 following a log across a kill of the server shows every line once, in order, with the end in view', async () => {
  const burst = 3000
  const name = `follow-${randomUUID()}`
  // The command writes until the test has seen enough, however long the server's restart takes.
  const report = ['--- FAIL: TestA (0.00s)', '    a_test.go:7: no', '--- FAIL: TestB (0.00s)', '    a_test.go:9: no']
  const reporting = report.map((line) => `echo "${line}"`).join('; ')
  const ticking = `printf 'ERROR: begun, '; i=0; until [ -e /tmp/enough ]; do i=$((i+1)); echo "tick $i"; sleep 0.05; done; seq ${burst}; ${reporting}; echo "over after $i"`
  const number = await startLogs(app, { live: `sh -c '${ticking.replaceAll("'", `'\\''`)}' ${name}` })
  const { log, row, goTo, open } = logPage(page, app.origin, number)
  await page.setViewportSize({ width: 1280, height: 720 })
  await open('live')
  await page.getByText('tick 10', { exact: true }).waitFor()
  const follow = page.getByRole('button', { name: 'Follow the end' })
  expect(await follow.getAttribute('aria-pressed')).toBe('true')
  app.product.server().kill('SIGKILL')
  await app.product.restart()
  const lines = async () => {
    const label = (await log().getAttribute('aria-label')) ?? ''
    return Number(/, ([\d,]+) lines?$/.exec(label)?.[1]?.replaceAll(',', ''))
  }
  const before = await lines()
  await expect.poll(lines).toBeGreaterThan(before + 20)
  // Scrolling up stops following, new lines are counted, and the button at the end resumes.
  await log().hover()
  await page.mouse.wheel(0, -400)
  await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('false')
  await page.getByRole('button', { name: /^\d+ new lines?$/ }).click()
  await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('true')
  // A selection stops following too, and the End key resumes.
  await page.evaluate(`getSelection().selectAllChildren([...document.querySelectorAll('#log [data-text]')].at(-3))`)
  await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('false')
  await log().focus()
  await page.keyboard.press('End')
  await expect.poll(() => follow.getAttribute('aria-pressed')).toBe('true')
  touchInSandbox(name, '/tmp/enough')
  const over = await page.getByText(/^over after \d+$/).textContent()
  const ticks = Number(over?.replace('over after ', ''))
  const last = ticks + burst + report.length + 1
  await expect.poll(() => log().getAttribute('aria-label')).toBe(`Log of live, ${last.toLocaleString('en')} lines`)
  await follow.waitFor({ state: 'detached' })
  // An ended log counts failed tests, not lines that look like errors.
  await page.getByText('2 errors', { exact: true }).waitFor()
  // The last lines are in view.
  const [area, end] = [await log().boundingBox(), await row(last).boundingBox()]
  expect((end?.y ?? 0) + (end?.height ?? 0)).toBeLessThanOrEqual((area?.y ?? 0) + (area?.height ?? 0))
  const seen: string[] = []
  for (let line = 1; line <= ticks; line += 20) {
    await goTo(line)
    seen.push(...(await textsOf(line, Math.min(line + 19, ticks))))
  }
  expect(seen).toEqual(['ERROR: begun, tick 1', ...Array.from({ length: ticks - 1 }, (_, at) => `tick ${at + 2}`)])
})
