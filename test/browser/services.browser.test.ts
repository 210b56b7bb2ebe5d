/** A person looks at the services of a step: real builds in sandboxes, in a real browser. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { buildEnd, flatIr } from '../product.ts'
import { type App, startApp } from './app.ts'
import { expectAccessible } from './axe.ts'

let app: App
let page: Page

beforeAll(async () => {
  app = await startApp()
  await app.product.api.ensurePipeline({ name: 'ci', repository: 'https://github.com/acme/ci', default_branch: 'main' })
  page = await app.openAsOwner({ viewport: { width: 1440, height: 900 } })
})
afterAll(async () => app?.stop())

const db = {
  name: 'db',
  image: 'host',
  command: 'echo database system; until [ -e /open ]; do sleep 0.1; done; echo open; sleep 600',
}
const start = async (...steps: readonly Record<string, unknown>[]) => {
  const build = { branch: 'main', commit: 'c0ffee', message: 'Parse dates', pipeline_ir: flatIr(steps) }
  const { number } = await app.product.api.createBuild('ci', build)
  await page.goto(`${app.origin}/default/pipelines/ci/builds/${number}?job=test`)
  return number
}

test('web B18 a step says for which service it waits, and shows the log of each', async () => {
  const waiting = {
    ...db,
    command: `echo database system; sleep 6; touch /open; echo open; sleep 600`,
    ready_command: 'test -e /open',
  }
  const number = await start({
    key: 'test',
    cmd: 'echo tested; sleep 1',
    services: [waiting, { ...db, name: 'cache' }],
  })
  await page.getByText('Waiting for the service db.').waitFor()
  const services = page.getByRole('group', { name: 'Log of' })
  await services.getByRole('button', { name: /^db\s*starting/ }).click()
  await page.getByText('database system').waitFor()
  await services.getByRole('button', { name: /^db\s*ready after/ }).waitFor()
  await page.getByText('open', { exact: true }).waitFor()
  await services.getByRole('button', { name: 'Step' }).click()
  await page.getByText('tested').waitFor()
  await buildEnd(app.product.api, 'ci', number)
  await services.getByRole('button', { name: /^cache\s*ended/ }).click()
  await page.getByText('database system').waitFor()
  await expectAccessible(page)
})

test('web B18 a step whose service ends before it is ready names it, with its last lines', async () => {
  const broken = { ...db, command: 'echo no password given; exit 1', ready: { port: 5432 } }
  const number = await start({ key: 'test', cmd: 'echo tested', services: [broken] })
  await buildEnd(app.product.api, 'ci', number)
  await page
    .getByText(/The service db ended with exit 1 before it was ready\./)
    .first()
    .waitFor()
  await page.getByRole('button', { name: /^db\s*failed, exit 1/ }).click()
  await page.getByText('no password given').last().waitFor()
})
