/** A log after its retention time, on its page and on the command line. */
import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd } from '../product.ts'
import { type App, startApp } from './app.ts'
import { logPage, startLogs } from './log-page.ts'

let app: App
let built = 0

beforeAll(async () => {
  app = await startApp({ HARMONT_LOG_RETENTION_DAYS: '90' })
  built = await startLogs(app, { noisy: 'seq 1 5000; echo "Error: no" >&2; exit 3', silent: 'true' })
  await buildEnd(app.product.api, 'logs', built, 110_000)
  await removeLogs()
}, 240_000)
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

test('web L22 a removed log has a row that says when and why, and never claims that the command wrote nothing', async () => {
  const page = await app.openAsOwner()
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
  // The facts of the step remain.
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

test('`hm logs` says on stderr that a log was removed, and `hm job log` in its place', async () => {
  const program = fileURLToPath(new URL('../../packages/cli/bin/hm.js', import.meta.url))
  const { dataDirectory, token } = app.product
  const env = {
    PATH: process.env.PATH,
    HOME: dataDirectory,
    HM_API_URL: app.product.server().url,
    HM_API_TOKEN: token,
    HM_ORG: 'default',
  }
  const hm = (...args: string[]) => promisify(execFile)(process.execPath, [program, ...args], { env })
  const says =
    /This log was removed on \d{4}-\d\d-\d\d: logs are kept for 90 days after the end of their build\. It had \d+ bytes\.\n$/
  const logs = await hm('logs', String(built), '-p', 'logs')
  expect(logs.stdout).toBe('')
  expect(logs.stderr).toMatch(new RegExp(`^warning: noisy: ${says.source}`))
  const log = await hm('job', 'log', 'noisy', '-b', String(built), '-p', 'logs')
  expect(log.stdout).toMatch(new RegExp(`^${says.source}`))
  expect(log.stderr).toBe('')
})
