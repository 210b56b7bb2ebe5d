import { expect, test } from 'vitest'
import { grantCredit } from '../../billing/ledger/ledger.ts'
import { ir } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

const it = testServer({ HARMONT_BILLING: 'on', HARMONT_RATE_LIMITS: 'builds=4/1h' })
const organization = '/api/v0/organizations/default'
const valid = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }

async function give(amountCents: number, slug = 'default'): Promise<void> {
  await grantCredit(it.server.pool, slug, { amountCents, note: 'test' })
}

test('a build is refused, before its body is read, for: archived, manual builds, balance, in this order', async () => {
  const slug = await it.newPipeline({ name: 'gated', repository: 'acme/gated' })
  const pipeline = `${organization}/pipelines/${slug}`
  const patch = (body: object) => it.request(ownerToken, 'PATCH', pipeline, body)
  const direct = async () => codeOf(await it.request(ownerToken, 'POST', `${pipeline}/builds`, '{'))
  const named = { ...valid, repo_name: 'acme/gated', source_slug: 'gated' }
  const bySource = async (body: object = named) =>
    codeOf(await it.request(ownerToken, 'POST', `${organization}/builds`, body))
  await patch({ archived: true, allow_manual: false })
  const both = async () => [await direct(), await bySource()]
  expect(await both()).toEqual(['pipeline_archived', 'pipeline_archived'])
  expect(await bySource({ ...named, branch: '' })).toBe('build_invalid')
  expect(await bySource({ ...named, source_slug: 'absent' })).toBe('pipeline_not_found')
  await patch({ archived: false })
  expect(await both()).toEqual(['pipeline_manual_disabled', 'pipeline_manual_disabled'])
  await patch({ allow_manual: true })
  expect(await both()).toEqual(['billing_insufficient_balance', 'billing_insufficient_balance'])
  // Registers no pipeline for a caller who may not build it.
  expect(await bySource({ ...named, repo_name: 'acme/poor' })).toBe('billing_insufficient_balance')
  const made = await it.request(ownerToken, 'GET', `${organization}/pipelines/acme-poor-gated`)
  expect(made.status).toBe(404)
  await give(100)
  expect(await direct()).toBe('invalid_json')
})

test('the rate of builds is limited by organization, over all routes', async () => {
  const { token, organization: own } = await it.newUser('busy')
  await give(100, own)
  const path = `/api/v0/organizations/${own}`
  const wish = { name: 'busy-ci', repository: 'acme/busy', default_branch: 'main' }
  await it.request(token, 'POST', `${path}/pipelines`, wish)
  const builds = `${path}/pipelines/busy-ci/builds`
  const named = { ...valid, repo_name: 'acme/busy', source_slug: 'busy-ci' }
  const answers = [
    await it.request(token, 'POST', builds, valid),
    await it.request(token, 'POST', `${path}/builds`, named),
    await it.request(token, 'POST', `${builds}/1/rebuild`, {}),
  ]
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201])
  await it.request(token, 'PUT', `${builds}/1/cancel`)
  expect((await it.request(token, 'POST', `${builds}/1/retry`, {})).status).toBe(201)
  for (const [target, body] of [
    [builds, valid],
    [`${path}/builds`, named],
    [`${builds}/2/rebuild`, {}],
    [`${builds}/2/retry`, {}],
  ] as const) {
    const refused = await it.request(token, 'POST', target, body)
    expect([refused.status, codeOf(refused)]).toEqual([429, 'rate_limited'])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  const other = await it.newPipeline()
  expect((await it.request(ownerToken, 'POST', `${organization}/pipelines/${other}/builds`, valid)).status).toBe(201)
})
