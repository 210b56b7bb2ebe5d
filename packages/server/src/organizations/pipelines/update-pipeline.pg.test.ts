import type { components } from '@harmont/contract'
import { expect, test } from 'vitest'
import { ir, playJob } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

type Pipeline = components['schemas']['Pipeline']

const it = testServer()
const path = '/api/v0/organizations/default/pipelines'
const build = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }) }

function patch(slug: string, body: unknown, token = ownerToken) {
  return it.request<Pipeline>(token, 'PATCH', `${path}/${slug}`, body)
}

async function auditOf(slug: string): Promise<readonly { action: string; details: unknown }[]> {
  const { rows } = await it.server.pool.query(
    'select action, details from audit_events where subject = $1 order by created_at, id',
    [slug],
  )
  return rows
}

test('a member cannot change or archive a pipeline', async () => {
  const slug = await it.newPipeline()
  const { token: member } = await it.newMember('only-member')
  for (const method of ['PATCH', 'DELETE']) {
    const answer = await it.request(member, method, `${path}/${slug}`, method === 'PATCH' ? {} : undefined)
    expect([answer.status, codeOf(answer)]).toEqual([403, 'insufficient_org_role'])
  }
})

test('only the named fields change, and the change is audited', async () => {
  const slug = await it.newPipeline({ description: 'old' })
  const before = (await it.request<Pipeline>(ownerToken, 'GET', `${path}/${slug}`)).body
  const wish = { name: ' New ', default_branch: 'trunk', allow_manual: false, fork_policy: 'never' }
  const changed = await patch(slug, wish)
  expect(changed.status).toBe(200)
  expect(changed.body).toEqual({ ...before, ...wish, name: 'New' })
  expect((await patch(slug, {})).body).toEqual(changed.body)
  expect((await patch(slug, { description: null, repo_name: null, source_slug: null })).body).toMatchObject({
    description: null,
    repo_name: null,
    source_slug: null,
  })
  const actions = (await auditOf(slug)).map(({ action }) => action)
  expect(actions).toEqual(['pipeline.created', 'pipeline.updated', 'pipeline.updated'])
  expect((await auditOf(slug))[1]?.details).toEqual({ ...wish, name: 'New' })
})

test('G59 an administrator sets protected branches and cache sharing; builds follow them, and the change is audited', async () => {
  const slug = await it.newPipeline()
  const wish = { protected_branches: ['release/*'], cache_share: true }
  expect((await patch(slug, wish, (await it.newMember('no-sharer')).token)).status).toBe(403)
  const readsOf = async () => {
    const { body } = await it.request<{ id: string }>(ownerToken, 'POST', `${path}/${slug}/builds`, build)
    return (await it.server.engine.store.builds.load(body.id))?.context.cache
  }
  const before = await readsOf()
  expect(before?.rule).toMatch(/^An upload uses/)
  expect((await patch(slug, wish)).body).toMatchObject(wish)
  const after = await readsOf()
  expect(after?.rule).toMatch(/^The pipeline shares its cache/)
  expect(after?.write).not.toBe(before?.write)
  // Repeating it changes nothing.
  await patch(slug, wish)
  expect((await auditOf(slug)).slice(1)).toEqual([{ action: 'pipeline.updated', details: wish }])
})

test.for([
  ['a blank glob of branches', { protected_branches: [''] }],
  ['more than 100 globs of branches', { protected_branches: Array.from({ length: 101 }, (_, n) => `b${n}`) }],
  ['a blank name', { name: ' ' }],
  ['a null name', { name: null }],
  ['a long description', { description: 'x'.repeat(10_001) }],
  ['an invalid source slug', { source_slug: 'No Slug' }],
  ['an unknown policy', { fork_policy: 'sometimes' }],
  ['a string for a boolean', { allow_manual: 'yes' }],
] as const)('%s is refused', async ([, body]) => {
  const answer = await patch(await it.newPipeline(), body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'pipeline_invalid'])
})

test('the name of another pipeline of a repository is refused, and the error names that pipeline', async () => {
  const first = await it.newPipeline({ repository: 'acme/taken', source_slug: 'ci' })
  const second = await it.newPipeline({ repository: 'acme/taken', source_slug: 'other' })
  const answer = await patch(second, { source_slug: 'ci' })
  expect([answer.status, codeOf(answer)]).toEqual([422, 'pipeline_source_taken'])
  expect(JSON.stringify(answer.body)).toContain(first)
})

test("a field that the repository's code sets cannot be changed by the API", async () => {
  const slug = await it.newPipeline({ default_branch: 'main' })
  await it.server.pool.query('update pipelines set managed_by_code = true where slug = $1', [slug])
  for (const body of [{ name: 'x' }, { default_branch: 'x' }, { allow_manual: false }, { source_slug: 'x' }]) {
    const answer = await patch(slug, body)
    expect([answer.status, codeOf(answer)]).toEqual([409, 'pipeline_managed_by_code'])
  }
  const changed = await patch(slug, { default_branch: 'main', description: 'mine', fork_policy: 'always' })
  expect(changed.body).toMatchObject({ managed_by_code: true, description: 'mine', fork_policy: 'always' })
})

test('an archived pipeline is not listed, can be read, starts no builds, lets running ones end, and can be restored', async () => {
  const slug = await it.newPipeline()
  await it.server.pool.query('delete from engine.ready')
  expect((await it.request(ownerToken, 'POST', `${path}/${slug}/builds`, build)).status).toBe(201)
  const job = await playJob(it)
  expect((await it.request(ownerToken, 'DELETE', `${path}/${slug}`)).status).toBe(204)
  expect((await it.request(ownerToken, 'DELETE', `${path}/${slug}`)).status).toBe(204)
  const slugs = async (query: string) => {
    const { body } = await it.request<{ data: Pipeline[] }>(ownerToken, 'GET', `${path}?limit=100${query}`)
    return body.data.map((one) => one.slug)
  }
  expect(await slugs('')).not.toContain(slug)
  expect(await slugs('&archived=true')).toEqual([slug])
  expect((await it.request<Pipeline>(ownerToken, 'GET', `${path}/${slug}`)).body.archived_at).toMatch(/Z$/)
  const refused = await it.request(ownerToken, 'POST', `${path}/${slug}/builds`, '{')
  expect([refused.status, codeOf(refused)]).toEqual([409, 'pipeline_archived'])
  await job.end()
  const ended = await it.request<{ state: string }>(ownerToken, 'GET', `${path}/${slug}/builds/1`)
  expect(ended.body.state).toBe('passed')
  expect((await patch(slug, { archived: false })).body.archived_at).toBeNull()
  expect((await it.request(ownerToken, 'POST', `${path}/${slug}/builds`, build)).status).toBe(201)
  const actions = (await auditOf(slug)).map(({ action }) => action)
  expect(actions).toEqual(['pipeline.created', 'pipeline.archived', 'pipeline.restored'])
})

test('pipelines are found by a part of their name, slug or repository', async () => {
  const slug = await it.newPipeline({ name: 'Quirky Thing', repository: 'acme/needle-100%' })
  const find = async (q: string) => {
    const answer = await it.request<{ data: Pipeline[] }>(ownerToken, 'GET', `${path}?q=${encodeURIComponent(q)}`)
    return answer.body.data.map((one) => one.slug)
  }
  for (const q of ['quirky', 'Y-TH', 'NEEDLE', '100%']) expect(await find(q)).toEqual([slug])
  expect(await find('needle_100')).toEqual([])
})

test('members cannot create pipelines if only admins may', async () => {
  const { token: member } = await it.newMember('no-maker')
  const wish = { name: 'by-member', repository: 'acme/by-member', default_branch: 'main' }
  const allow = (allowed: boolean) =>
    it.server.pool.query("update organizations set members_can_create_pipelines = $1 where slug = 'default'", [allowed])
  await allow(false)
  await it.newPipeline({ name: 'held-name', repository: 'acme/first' })
  const bySource = { ...build, repo_name: 'acme/second', source_slug: 'held-name' }
  for (const [target, body] of [
    [path, wish],
    ['/api/v0/organizations/default/builds', bySource],
  ] as const) {
    const answer = await it.request(member, 'POST', target, body)
    expect([answer.status, codeOf(answer)]).toEqual([403, 'insufficient_org_role'])
  }
  await allow(true)
  expect((await it.request(member, 'POST', path, wish)).status).toBe(201)
})
