/** A reader follows a growing log while its server, started for this file, is killed. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { until } from '@harmont/test-kit/until'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, startApp } from './app.ts'
import { logPage, startLogs } from './log-page.ts'

let app: App
let page: Page
beforeAll(async () => {
  app = await startApp()
  page = await app.openAsOwner()
})
afterAll(async () => app?.stop())

/** Creates the file that the command waits for, in its sandbox. */
function endTicking(name: string): void {
  const isIt = (pid: string) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').endsWith(`\0${name}\0`)
  const [pid] = execFileSync('pgrep', ['--full', `${name}$`], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter(isIt)
  writeFileSync(`/proc/${pid}/root/tmp/enough`, '')
}

/**
 * Returns the texts of these lines once all are in the page, with one query: on a slow machine
 * there are hundreds.
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

test('web L14 L23 following a log through a killed server shows every line once, in order, with the end in view', async () => {
  const burst = 3000
  const name = `follow-${randomUUID()}`
  // It writes until the test has seen enough, however long the server's restart takes.
  const report = ['--- FAIL: TestA (0.00s)', '    a_test.go:7: no', '--- FAIL: TestB (0.00s)', '    a_test.go:9: no']
  const reporting = report.map((line) => `echo "${line}"`).join('; ')
  const ticking = `printf 'ERROR: begun, '; i=0; until [ -e /tmp/enough ]; do i=$((i+1)); echo "tick $i"; sleep 0.05; done; seq ${burst}; ${reporting}; echo "over after $i"`
  const number = await startLogs(app, { live: `sh -c '${ticking.replaceAll("'", `'\\''`)}' ${name}` })
  const { log, row, goTo, open } = logPage(page, app.origin, number)
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
  // A move up stops following, new lines are counted, and the end resumes.
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
  endTicking(name)
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
