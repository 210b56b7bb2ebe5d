import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { grantCredit } from './ledger.ts'

const it = testServer({ HARMONT_BILLING: 'on', HARMONT_BILLING_RATES: 'vcpu=500000000,memory=0,disk=0' })

test('with billing on, a new build needs a balance above the cost of running jobs', async () => {
  const slug = await it.newPipeline()
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const start = () =>
    it.request(ownerToken, 'POST', path, { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) })
  const refused = await start()
  expect([refused.status, codeOf(refused)]).toEqual([402, 'billing_insufficient_balance'])
  expect(await grantCredit(it.server.pool, 'default', { amountCents: 500, note: 'welcome' })).toBe(500)
  expect((await start()).status).toBe(201)
  // A second of two CPUs costs 1,000 cents here, so the running job exhausts the balance before it
  // is charged.
  const job = await playJob(it)
  await expect.poll(async () => (await start()).status, { interval: 300 }).toBe(402)
  await job.end()
  await expect
    .poll(async () => (await it.request(ownerToken, 'GET', '/api/v0/billing/balance/default')).body.balance_cents)
    .toBeLessThan(0)
  expect((await start()).status).toBe(402)
})
