/** A restarted server still knows who is signed in, what was built and what it cost. */
import type { components } from '@harmont/contract'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

type Schemas = components['schemas']

let product: Product
beforeAll(async () => {
  // A second of two CPUs costs ten cents.
  product = await startProduct({ HARMONT_BILLING_RATES: 'vcpu=5000000,memory=0,disk=0' })
})
afterAll(() => product?.remove())

async function ask<T>(token: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${product.server().url}/api/v0${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}

async function facts(session: string) {
  const user = await ask<Schemas['CurrentUserResponse']>(session, 'GET', '/user')
  const sessions = await ask<Schemas['SessionListResponse']>(session, 'GET', '/user/sessions')
  const builds = await ask<Schemas['BuildList']>(session, 'GET', '/organizations/default/pipelines/kept/builds')
  const ledger = await ask<Schemas['TransactionList']>(session, 'GET', '/billing/transactions/default')
  const { balance_cents } = await ask<Schemas['BalanceResponse']>(session, 'GET', '/billing/balance/default')
  return {
    email: user.email,
    sessions: sessions.sessions.map(({ id, kind }) => [id, kind]),
    builds: builds.data,
    ledger: ledger.data,
    balance_cents,
  }
}

test('sessions, builds and the ledger are there after a second start', async () => {
  const { code } = await ask<Schemas['CliCodeResponse']>(product.token, 'POST', '/auth/cli/code')
  const { token: session } = await ask<Schemas['CliTokenResponse']>(product.token, 'POST', '/auth/cli/redeem', { code })
  await product.api.ensurePipeline({ name: 'kept', repository: 'local/kept', default_branch: 'main' })
  const { number } = await product.api.createBuild('kept', {
    branch: 'main',
    commit: '0'.repeat(40),
    pipeline_ir: flatIr([{ key: 'a', cmd: 'sleep 1.2; echo kept' }]),
  })
  expect((await buildEnd(product.api, 'kept', number)).build.state).toBe('passed')
  const before = await until(
    () => facts(session),
    ({ balance_cents }) => balance_cents <= -10,
  )
  expect(before.sessions).toHaveLength(1)
  expect(before.ledger).toMatchObject([{ source: 'vm_lease_debit', job: { pipeline_slug: 'kept', number: 1 } }])
  await product.server().stop()
  await product.restart()
  expect(await facts(session)).toEqual(before)
  const [job] = await product.api.listJobs('kept', number)
  expect(await product.api.readLog(job?.id ?? '')).toBe('kept\n')
})
