import { expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'

const it = testServer()
const path = '/api/v0/organizations/default/pipelines'
const valid = { name: 'x', repository: 'acme/x', default_branch: 'main' }

test('pipelines cannot be listed, created or read from outside the organization', async () => {
  const slug = await it.newPipeline()
  const stranger = await it.newUser('passer-by')
  for (const [method, target] of [
    ['GET', path],
    ['POST', path],
    ['GET', `${path}/${slug}`],
  ] as const) {
    expect((await it.request(null, method, target)).status).toBe(401)
    const answer = await it.request(stranger.token, method, target)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'organization_not_found'])
  }
})

test('G31 a foreign and an absent pipeline result in the same 404', async () => {
  const slug = await it.newPipeline()
  const other = await it.newUser('neighbour')
  for (const name of [slug, 'never-was', 'No Slug!']) {
    const answer = await it.request(other.token, 'GET', `/api/v0/organizations/neighbour/pipelines/${name}`)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'pipeline_not_found'])
  }
})

test('a pipeline gets a slug from its name, and the names of its repository and of its source', async () => {
  const body = { name: 'Build & Test', repository: 'git@github.com:acme/core.git', default_branch: 'main' }
  const made = await it.request(ownerToken, 'POST', path, body)
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    slug: 'build-test',
    name: 'Build & Test',
    repo_name: 'acme/core',
    source_slug: 'build-test',
    visibility: 'private',
    allow_manual: true,
    description: null,
  })
  expect((await it.request(ownerToken, 'GET', `${path}/build-test`)).body).toEqual(made.body)
})

test('a slug is unique, and a name is unique within a repository', async () => {
  const first = { name: 'once', repository: 'acme/Once', default_branch: 'main' }
  expect((await it.request(ownerToken, 'POST', path, first)).status).toBe(201)
  const again = await it.request(ownerToken, 'POST', path, { ...first, repository: 'acme/other' })
  expect([again.status, codeOf(again)]).toEqual([422, 'pipeline_slug_taken'])
  const twin = { name: 'twin', repository: 'acme/once.git', default_branch: 'main', source_slug: 'once' }
  const taken = await it.request<{ error: { message: string } }>(ownerToken, 'POST', path, twin)
  expect([taken.status, codeOf(taken)]).toEqual([422, 'pipeline_source_taken'])
  expect(taken.body.error.message).toContain('`once`')
})

test.for([
  ['a blank name', { ...valid, name: ' ' }],
  ['a name without a slug', { ...valid, name: '!!!' }],
  ['a long repository', { ...valid, repository: 'x'.repeat(1025) }],
  ['a blank branch', { ...valid, default_branch: '' }],
  ['an invalid source slug', { ...valid, source_slug: 'Not This' }],
  ['a missing repository', { name: 'x', default_branch: 'main' }],
  ['a number as name', { ...valid, name: 5 }],
] as const)('%s is refused, and the field is named', async ([, body]) => {
  const answer = await it.request<{ error: { errors: unknown[] } }>(ownerToken, 'POST', path, body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'pipeline_invalid'])
  expect(answer.body.error.errors.length).toBeGreaterThan(0)
})

test('pages hold every pipeline once, oldest first', async () => {
  const { token, organization } = await it.newUser('lister')
  const list = `/api/v0/organizations/${organization}/pipelines`
  for (let n = 0; n < 5; n += 1) await it.request(token, 'POST', list, { ...valid, name: `p${n}` })
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body }: { body: { data: { slug: string }[]; next_cursor: string | null } } = await it.request(
      token,
      'GET',
      `${list}?limit=2&cursor=${cursor}`,
    )
    seen.push(...body.data.map(({ slug }) => slug))
    cursor = body.next_cursor
  }
  expect(seen).toEqual(['p0', 'p1', 'p2', 'p3', 'p4'])
})
