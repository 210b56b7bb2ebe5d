/** The page of a build with a log, for tests of logs. */
import type { Locator, Page } from 'playwright-core'
import { flatIr } from '../product.ts'
import type { App } from './app.ts'

export interface LogPage {
  readonly log: () => Locator
  readonly row: (line: number) => Locator
  /** Returns the displayed text of a line. */
  textOf(line: number): Promise<string>
  /** Opens the log of a step. `rest` may extend the query and contain a fragment. */
  open(key: string, rest?: string): Promise<void>
  /** Goes to a line with the reader's keys: `:`, its number, Enter. */
  goTo(line: number): Promise<void>
}

export const commit = 'c0ffee'.repeat(6).concat('abcd')

/** Starts a build of these steps in the pipeline `logs`; returns its number. */
export async function startLogs(
  { product: { api } }: App,
  commands: Readonly<Record<string, string>>,
): Promise<number> {
  await api.ensurePipeline({ name: 'logs', repository: 'https://github.com/acme/app', default_branch: 'main' })
  const steps = Object.entries(commands).map(([key, cmd]) => ({ key, cmd }))
  return (await api.createBuild('logs', { branch: 'main', commit, pipeline_ir: flatIr(steps) })).number
}

export function logPage(page: Page, origin: string, build: number): LogPage {
  const log = () => page.locator('#log')
  const row = (line: number) => page.locator(`#log [data-line="${line}"]`)
  return {
    log,
    row,
    textOf: async (line) => (await row(line).locator(`[data-text="${line}"]`).textContent()) ?? '',
    async open(key, rest = '') {
      const [search = '', hash = ''] = rest.split('#')
      // Leaves the current page first, because a page that is already open would only change its
      // fragment.
      await page.goto('about:blank')
      await page.goto(`${origin}/default/pipelines/logs/builds/${build}?job=${key}${search}${hash && `#${hash}`}`)
      await log().waitFor()
    },
    async goTo(line) {
      await log().focus()
      await page.keyboard.press(':')
      await page.getByRole('textbox', { name: 'Line' }).fill(String(line))
      await page.keyboard.press('Enter')
      await row(line).waitFor()
    },
  }
}
