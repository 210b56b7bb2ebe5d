/** Compares the displayed log with the raw log; real steps in sandboxes write the cases. */
import { chance, scaled } from '@harmont/test-kit/effort'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildEnd } from '../product.ts'
import { type App, startApp } from './app.ts'
import { bigLines, commands } from './log-commands.ts'
import { commit, type LogPage, logPage, startLogs } from './log-page.ts'

let app: App
let page: Page
/** The job of each step by its key. */
const jobs = new Map<string, string>()
let built = 0
let on: LogPage

beforeAll(async () => {
  app = await startApp({}, { ownBrowser: true })
  const { api } = app.product
  built = await startLogs(app, commands)
  await buildEnd(api, 'logs', built, 110_000)
  for (const { step_key, id } of await api.listJobs('logs', built)) jobs.set(step_key ?? '', id)
  page = await app.openAsOwner({
    viewport: { width: 1280, height: 720 },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  on = logPage(page, app.origin, built)
})
beforeEach(() => page.setViewportSize({ width: 1280, height: 720 }))
afterAll(async () => app?.stop())

const log = () => on.log()
const row = (line: number) => on.row(line)
const textOf = (line: number) => on.textOf(line)
const open = (key: string, rest?: string) => on.open(key, rest)

const inWords = (count: number) => count.toLocaleString('en')

/** The lines of the raw log. */
async function rawLines(key: string): Promise<readonly string[]> {
  const text = await app.product.api.readLog(jobs.get(key) ?? '')
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
}

test('web L5 L6 L7 L8 L17 L20 L21 any output of a command is shown and inert', async () => {
  await open('hostile')
  await row(1).waitFor()
  expect(await textOf(1)).toBe('<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>')
  expect(await textOf(2)).toBe('run me https://bank.example')
  expect(await row(2).locator('a:not(.log-number)').count()).toBe(1)
  const link = row(2).locator('a[data-host]')
  const facts = ['href', 'target', 'rel', 'data-host'].map((name) => link.getAttribute(name))
  expect(await Promise.all(facts)).toEqual(['https://evil.example/x', '_blank', 'noopener noreferrer', 'evil.example'])
  expect(await textOf(3)).toBe('quiet')
  const colours = await page.evaluate(`[4, 5].map((line) => {
    const span = document.querySelector('[data-text="' + line + '"] span')
    const { color, fontWeight } = getComputedStyle(span)
    return [color, fontWeight, span.textContent]
  })`)
  expect(colours).toEqual([
    ['rgb(180, 35, 24)', '600', 'red over'],
    ['rgb(180, 35, 24)', '600', 'the next line'],
  ])
  expect(await textOf(6)).toBe('turned ⟨U+202E⟩txt.exe, nul ␀, bell ␇')
  expect(await textOf(7)).toBe('broken \ufffd\ufffd bytes')
  expect(await row(7).textContent()).toContain('not UTF-8')
  expect(await textOf(8)).toBe('40 of 40 done')
  await row(8).getByRole('button', { name: '40 updates' }).click()
  expect(await row(8).getByRole('listitem').allTextContents()).toEqual(
    Array.from({ length: 41 }, (_, at) => `${at} of 40 done`),
  )
  await row(8).getByRole('button', { name: '40 updates' }).click()
  const links = await row(9).locator('.log-text a').all()
  expect(await Promise.all(links.map((one) => one.getAttribute('href')))).toEqual([
    'https://example.com/docs',
    `https://github.com/acme/app/blob/${commit}/src/app.ts#L12`,
  ])
  expect(await row(10).locator('.log-text span').count()).toBeLessThanOrEqual(1000)
  expect((await row(11).boundingBox())?.height).toBe(20)
  expect(await row(12).textContent()).toContain('2.0 MB more')
  expect((await textOf(12)).length).toBe(4000)
  await row(12).getByRole('button', { name: '2.0 MB more' }).click()
  await expect.poll(async () => (await textOf(12)).length).toBe(65_536)
  await row(12).getByRole('link', { name: '1.9 MB more: download' }).waitFor()
  await expect.poll(() => textOf(13)).toBe('2000 of 2000 packages')
  await row(13).getByRole('button', { name: '1,999 updates' }).waitFor()
  expect([await textOf(14), await textOf(15)]).toEqual(['after the long one', 'no line feed at the end'])
  expect(await log().getAttribute('aria-label')).toBe('Log of hostile, 15 lines')
  expect(await page.evaluate("'pwned' in window")).toBe(false)
  expect(await page.title()).not.toContain('title')
})

test('web L9 L11 L24 groups fold, the group with the error is open, and stderr has its mark and filter', async () => {
  await open('groups')
  const error = 1 + 300 + 1 + 1 + 5 + 1 + 50 + 1 + 1
  await row(error).waitFor()
  expect(await textOf(error)).toBe('Error: cannot deploy')
  expect(await row(error).getAttribute('class')).toContain('log-error')
  const top = (await log().boundingBox())?.y ?? 0
  expect((await row(error).boundingBox())?.y ?? 0).toBeGreaterThanOrEqual(top)
  const titles = await page
    .locator('#log [data-fold]')
    .evaluateAll((all) => all.map((one) => [one.textContent, one.getAttribute('aria-expanded')]))
  expect(titles).toEqual([
    ['Install', 'false'],
    ['Test', 'true'],
    ['Details', 'false'],
    ['Deploy', 'true'],
  ])
  await log().focus()
  await page.keyboard.press('e')
  await page.keyboard.press('Shift+X')
  await page.keyboard.press('Shift+X')
  await row(error).waitFor({ state: 'detached' })
  // A link to a line in a folded group unfolds it, even on an open page.
  await page.goto(`${app.origin}/default/pipelines/logs/builds/${built}?job=groups#L310`)
  await row(310).waitFor()
  expect(await row(310).getAttribute('class')).toContain('log-marked')
  await page.getByRole('button', { name: 'More for this log' }).click()
  await page.getByRole('menuitem', { name: 'Only stderr' }).click()
  await page.getByText('Only stderr.').waitFor()
  expect(
    await log()
      .locator('[data-line]')
      .evaluateAll((rows) => rows.map((one) => one.textContent?.includes('a warning'))),
  ).toEqual([true])
  expect(await log().locator('[data-line]').first().textContent()).toContain('stderr')
  await open('empty')
  await page.getByText('The command wrote nothing and ended with exit code 0.').waitFor()
})

test('web L13 L16 line numbers are links, a linked line opens at a third of the height, and wrapping keeps the top line', async () => {
  await open('big')
  await row(3).locator('.log-number').click()
  await page.waitForURL(/#L3$/)
  await row(6)
    .locator('.log-number')
    .click({ modifiers: ['Shift'] })
  await page.waitForURL(/#L3-L6$/)
  expect(await page.locator('.log-marked').count()).toBe(4)
  await open('big', '#L2345-L2347')
  await row(2345).waitFor()
  const [area, marked] = [await log().boundingBox(), await row(2345).boundingBox()]
  expect(Math.abs((marked?.y ?? 0) - (area?.y ?? 0) - (area?.height ?? 0) / 3)).toBeLessThan(25)
  expect(await page.locator('.log-marked').count()).toBe(3)
  const topLine = () =>
    page.evaluate(`(() => {
      const { top } = document.querySelector('#log').getBoundingClientRect()
      const rows = [...document.querySelectorAll('#log [data-line]')]
      return rows.find((one) => one.getBoundingClientRect().bottom > top + 1).dataset.line
    })()`)
  const before = await topLine()
  await page.setViewportSize({ width: 800, height: 720 })
  await log().focus()
  await page.keyboard.press('w')
  await page.locator('.log-wrap').waitFor()
  expect(await topLine()).toBe(before)
  await page.keyboard.press('w')
  await open('big', '#L999999')
  await page.getByText(`Line 999,999 does not exist: the log has ${inWords(bigLines)}.`).waitFor()
})

test('web L12 a search counts and visits the same matches as grep, and can show only their lines', async () => {
  const lines = await rawLines('big')
  const occurrences = (pattern: RegExp) => lines.reduce((sum, line) => sum + [...line.matchAll(pattern)].length, 0)
  await open('big')
  const field = page.getByRole('searchbox', { name: 'Search the log' })
  const status = page.getByRole('search').getByRole('status')
  await log().focus()
  await page.keyboard.press('/')
  await page.keyboard.type('NEEDLE')
  const needles = occurrences(/needle/g)
  await status.getByText(`${needles} found`).waitFor()
  await page.keyboard.press('Enter')
  await status.getByText(`1 of ${needles}`).waitFor()
  await log().focus()
  for (const position of [2, 3]) {
    await page.keyboard.press('n')
    await status.getByText(`${position} of ${needles}`).waitFor()
  }
  await row(1007).locator('mark.log-now').waitFor()
  for (const position of [2, 1, needles]) {
    await page.keyboard.press('Shift+N')
    await status.getByText(`${position} of ${needles}`).waitFor()
  }
  await row(bigLines - 993)
    .locator('mark.log-now')
    .waitFor()
  expect(new URL(page.url()).searchParams.get('find')).toBe('NEEDLE')
  await log().focus()
  await page.keyboard.press('Control+f')
  await page.locator('[aria-label="Search the log"]:focus').waitFor()
  await page.getByRole('button', { name: 'Only matches' }).click()
  await row(5).waitFor()
  const shown = async () =>
    (await Promise.all((await log().locator('[data-line]').all()).map((one) => one.getAttribute('data-line')))).map(
      Number,
    )
  const wanted = Array.from({ length: bigLines / 1000 }, (_, at) => at * 1000 + 7).flatMap((line) =>
    [-2, -1, 0, 1, 2].map((by) => line + by),
  )
  // Rows load page by page.
  await expect.poll(shown).toEqual(wanted)
  await page.getByRole('button', { name: 'Match case' }).click()
  await status.getByText('No matches').waitFor()
  await page.getByRole('button', { name: 'Match case' }).click()
  await page.getByRole('button', { name: 'Expression (RE2)' }).click()
  await field.fill('number [1-4][0-9]{2},')
  await status.getByText(`${inWords(occurrences(/number [1-4][0-9]{2},/g))} found`).waitFor()
  await page.reload()
  await status.getByText(`${inWords(occurrences(/number [1-4][0-9]{2},/g))} found`).waitFor()
  await field.fill('number [')
  await page
    .getByRole('search')
    .getByText(/query parameter/)
    .waitFor()
})

test('web L1 L4 each line of the page equals the same line of the download', async () => {
  const lines = await rawLines('big')
  expect(lines).toHaveLength(bigLines)
  const { between } = chance()
  const random = () => between(1, bigLines)
  const base = `/api/v0/organizations/default/pipelines/logs/builds/${built}/jobs/${jobs.get('big')}/log/lines`
  await open('big')
  const read = async (line: number) => {
    const answer = await page.request.get(`${app.origin}${base}?from=${line}&limit=1`)
    return ((await answer.json()) as { lines: string[][] }).lines[0]?.[2]
  }
  for (let round = 0; round < scaled(4, 20); round++) {
    const some = Array.from({ length: 50 }, random)
    expect(await Promise.all(some.map(read))).toEqual(some.map((line) => lines[line - 1]))
  }
  const seen: string[] = []
  const wanted = [1, bigLines, ...Array.from({ length: scaled(12, 38) }, random)]
  for (const line of wanted) {
    await on.goTo(line)
    await row(line).locator('[data-text]').waitFor()
    seen.push(await textOf(line))
  }
  expect(seen).toEqual(wanted.map((line) => lines[line - 1]))
})

test('web L18 a selection is copied as displayed, even if its rows are unmounted', async () => {
  const lines = await rawLines('big')
  await open('big')
  await row(2).waitFor()
  // Selects from the top to far below, like Shift and a click.
  await page.evaluate(`(() => {
    const text = document.querySelector('#log [data-text="2"]').firstChild
    getSelection().setBaseAndExtent(text, 5, text, 6)
  })()`)
  await log().hover()
  // A wheel event reaches the page some time after it is sent.
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, 600)
      return row(300).count()
    })
    .toBe(1)
  await row(300).locator('[data-text]').waitFor()
  const last = await page.evaluate<number>(`(() => {
    const text = [...document.querySelectorAll('#log [data-text]')].at(-1)
    getSelection().extend(text.firstChild, 4)
    return Number(text.dataset.text)
  })()`)
  expect(last).toBeGreaterThan(200)
  await log().focus()
  await page.keyboard.press('Control+c')
  const expected = lines.slice(1, last).join('\n')
  await expect
    .poll(() => page.evaluate('navigator.clipboard.readText()'))
    .toBe(expected.slice(5, expected.length - (lines[last - 1]?.length ?? 0) + 4))
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Control+c')
  await page.getByText(`Copied ${inWords(bigLines)} lines`).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(lines.join('\n'))
  await open('big', `#L100-L${bigLines}`)
  await row(100).waitFor()
  await page.getByRole('button', { name: 'More for this log' }).click()
  await page.getByRole('menuitem', { name: `Copy lines 100 to ${bigLines}` }).click()
  await page.getByText(`Copied ${inWords(bigLines - 99)} lines`).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(lines.slice(99).join('\n'))
})

test('web L10 L19 times are shown in the chosen form, and the raw log has the exact bytes', async () => {
  await open('groups')
  await log().focus()
  await page.keyboard.press('t')
  await expect.poll(() => page.locator('.log-time').first().textContent()).toMatch(/^ *\+0:0\d\.\d{3}$/)
  await page.keyboard.press('t')
  await page.keyboard.press('t')
  await expect.poll(() => page.locator('.log-time').first().textContent()).toMatch(/^ *\d\d:\d\d:\d\d\.\d{3}Z$/)
  await page.keyboard.press('t')
  const download = page.waitForEvent('download')
  await page.keyboard.press('d')
  expect((await download).suggestedFilename()).toBe(`default-logs-${built}-groups-1.log`)
})
