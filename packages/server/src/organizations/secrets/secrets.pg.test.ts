import { expect, test } from 'vitest'
import { createSealer } from '../../platform/encryption/seal.ts'
import { ir } from '../../testing/runner.ts'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { secretsOf } from './secrets-of.ts'

const key = 'the-encryption-key-of-these-tests'
const it = testServer({ HARMONT_ENCRYPTION_KEY: key })
const organization = '/api/v0/organizations/default'
const everywhere = { branches: null, events: null }

function set(scope: string, body: unknown, token = ownerToken) {
  return it.request(token, 'POST', `${organization}${scope}/secrets`, body)
}

async function list(scope: string, token = ownerToken) {
  return (await it.request<{ secrets: { name: string }[] }>(token, 'GET', `${organization}${scope}/secrets`)).body
    .secrets
}

interface Made {
  readonly branch?: string
  readonly source?: 'api' | 'ui'
  readonly row?: Readonly<Record<string, unknown>>
  readonly isForShell?: boolean
}

/** Returns the secrets for a build of the pipeline. */
async function given(slug: string, names: readonly string[], made: Made = {}) {
  const answer = await answered(slug, names, made)
  if (answer.kind !== 'values') return answer
  return Object.fromEntries([...answer.values].map(([name, { value }]) => [name, value]))
}

/**
 * Requests secrets by the engine's own call. The build is an upload unless the test changes its
 * row.
 */
async function answered(
  slug: string,
  names: readonly string[],
  { branch = 'main', source = 'api', row = {}, isForShell = false }: Made = {},
) {
  const { body } = await it.request<{ id: string }>(ownerToken, 'POST', `${organization}/pipelines/${slug}/builds`, {
    branch,
    commit: 'c',
    source,
    pipeline_ir: ir({ key: 'a', cmd: 'true' }),
  })
  for (const [column, value] of Object.entries(row))
    await it.server.pool.query(`update build_records set ${column} = $2 where id = $1`, [body.id, value])
  return secretsOf({ pool: it.server.pool, sealer: createSealer(key) }).of(body.id, names, isForShell)
}

const fetched = { ref_class: 'fetched' }

test('members see names only, admins set and delete, strangers see nothing', async () => {
  const { token } = await it.newMember('secret-member')
  const slug = await it.newPipeline()
  const stranger = await it.newUser('secret-stranger')
  for (const scope of ['', `/pipelines/${slug}`]) {
    expect((await set(scope, { name: 'SEEN', value: 'hidden-value' })).status).toBe(204)
    expect(await list(scope, token)).toEqual([
      { name: 'SEEN', updated_at: expect.any(String), ...everywhere, uploads: false },
    ])
    expect((await set(scope, { name: 'X', value: 'y' }, token)).status).toBe(403)
    expect((await it.request(token, 'DELETE', `${organization}${scope}/secrets/SEEN`)).status).toBe(403)
    expect((await it.request(stranger.token, 'GET', `${organization}${scope}/secrets`)).status).toBe(404)
    for (const name of ['ABSENT', 'no-name', '%00'])
      expect((await it.request(ownerToken, 'DELETE', `${organization}${scope}/secrets/${name}`)).status).not.toBe(204)
    expect((await it.request(ownerToken, 'DELETE', `${organization}${scope}/secrets/SEEN`)).status).toBe(204)
    const again = await it.request(ownerToken, 'DELETE', `${organization}${scope}/secrets/SEEN`)
    expect([again.status, codeOf(again)]).toEqual([404, 'secret_not_found'])
  }
})

test('G15 a value is stored encrypted, and is in no response and no audit event', async () => {
  const value = 'a-value-that-nobody-may-see'
  await set('', { name: 'KEPT', value })
  await set('', { name: 'bad-name', value })
  const { rows } = await it.server.pool.query<{ dump: string }>(
    `select (select json_agg(s)::text from secrets s) || (select json_agg(a)::text from audit_events a) as dump`,
  )
  expect(rows[0]?.dump).toContain('secret.created')
  expect(rows[0]?.dump).not.toContain(value)
  expect(rows[0]?.dump).not.toContain(Buffer.from(value).toString('hex'))
  const wrong = await set('', { name: 'bad-name', value, events: ['never'] })
  expect(JSON.stringify(wrong.body)).not.toContain(value)
})

test.for([
  ['a name with a hyphen', { name: 'A-B', value: 'x' }],
  ['a name of 129 characters', { name: 'A'.repeat(129), value: 'x' }],
  ['no value', { name: 'A', value: '' }],
  ['a value over 64 KiB', { name: 'A', value: 'x'.repeat(65_537) }],
  ['a value with a byte 0', { name: 'A', value: 'x\0y' }],
  ['an empty list of branches', { name: 'A', value: 'x', branches: [] }],
  ['an empty glob', { name: 'A', value: 'x', branches: [''] }],
  ['an unknown event', { name: 'A', value: 'x', events: ['deploy'] }],
] as const)('%s is refused', async ([, body]) => {
  const answer = await set('', body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'request_invalid'])
})

test('a scope has at most 100, even when set concurrently; existing ones can still change', async () => {
  const slug = await it.newPipeline()
  const scope = `/pipelines/${slug}`
  const answers = await Promise.all(Array.from({ length: 105 }, (_, n) => set(scope, { name: `S${n}`, value: `${n}` })))
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(100)
  expect(await list(scope)).toHaveLength(100)
  const [first] = await list(scope)
  expect((await set(scope, { name: first?.name, value: 'new' })).status).toBe(204)
})

test('a build gets its pipeline’s own value before the organization’s, and no undefined secret', async () => {
  const slug = await it.newPipeline()
  const other = await it.newPipeline()
  await set('', { name: 'BOTH', value: 'of the organization' })
  await set('', { name: 'SHARED', value: 'shared' })
  await set(`/pipelines/${slug}`, { name: 'BOTH', value: 'of the pipeline' })
  const names = ['BOTH', 'SHARED', 'UNDEFINED']
  expect(await given(slug, names)).toEqual({ BOTH: 'of the pipeline', SHARED: 'shared' })
  expect(await given(other, names)).toEqual({ BOTH: 'of the organization', SHARED: 'shared' })
  await set(`/pipelines/${slug}`, { name: 'BOTH', value: 'changed' })
  expect(await given(slug, ['BOTH'])).toEqual({ BOTH: 'changed' })
})

test('a secret of another organization is not found', async () => {
  const { token, organization: foreign } = await it.newUser('secret-owner')
  await it.request(token, 'POST', `/api/v0/organizations/${foreign}/secrets`, { name: 'FOREIGN', value: 'x' })
  expect(await given(await it.newPipeline(), ['FOREIGN'])).toEqual({})
})

test('only builds of matching branches and events get a limited secret, which keeps its limits under a new value', async () => {
  const slug = await it.newPipeline()
  const scope = `/pipelines/${slug}`
  await set('', { name: 'DEPLOY', value: 'of the organization' })
  await set(scope, { name: 'DEPLOY', value: 'one', branches: ['main', 'rel/*'], events: ['api', 'push'] })
  await set(scope, { name: 'DEPLOY', value: 'two' })
  expect(await given(slug, ['DEPLOY'], { branch: 'rel/1/2', row: fetched })).toEqual({ DEPLOY: 'two' })
  expect(await given(slug, ['DEPLOY'], { branch: 'topic', row: fetched })).toEqual({})
  expect(await given(slug, ['DEPLOY'], { source: 'ui', row: fetched })).toEqual({})
  // A tag is not a branch, even with a branch's name.
  expect(await given(slug, ['DEPLOY'], { row: { ...fetched, tag: 'main' } })).toEqual({})
  await set(scope, { name: 'DEPLOY', value: 'three', ...everywhere })
  expect(await given(slug, ['DEPLOY'], { branch: 'topic', source: 'ui' })).toEqual({ DEPLOY: 'three' })
})

test('G60 an upload gets no limited secret, regardless of its claims, unless the secret allows uploads', async () => {
  const slug = await it.newPipeline()
  const scope = `/pipelines/${slug}`
  for (const limits of [{ branches: ['main'] }, { events: ['api'] }]) {
    await set(scope, { name: 'LIMITED', value: 'x', ...everywhere, uploads: false, ...limits })
    const answer = await answered(slug, ['LIMITED'])
    expect(answer).toMatchObject({ kind: 'values', values: new Map() })
    const reason = answer.kind === 'values' ? answer.refused?.get('LIMITED') : undefined
    expect(reason).toMatch(/^The secret LIMITED is limited .* this build is an upload/)
    expect(await given(slug, ['LIMITED'], { row: fetched })).toEqual({ LIMITED: 'x' })
    // A person types the commands in a shell of such a build.
    expect(await given(slug, ['LIMITED'], { row: fetched, isForShell: true })).toEqual({})
    await set(scope, { name: 'LIMITED', value: 'x', uploads: true })
    const open = await answered(slug, ['LIMITED'])
    const remark = open.kind === 'values' ? open.values.get('LIMITED')?.remark : undefined
    expect(remark).toBe(
      'The secret LIMITED is limited to branches or events, and is given to this upload because it says `uploads: true`.',
    )
    // A new value keeps the permission; the limits apply to the branch that the upload claims.
    await set(scope, { name: 'LIMITED', value: 'y' })
    expect(await given(slug, ['LIMITED'])).toEqual({ LIMITED: 'y' })
    expect((await list(scope)).find(({ name }) => name === 'LIMITED')).toMatchObject({ uploads: true })
  }
  await set(scope, { name: 'LIMITED', value: 'z', branches: ['main'], events: null })
  expect(await given(slug, ['LIMITED'], { branch: 'topic' })).toEqual({})
})

test('G26 a build of a fork gets no secret, and its log says why', async () => {
  await set('', { name: 'TOKEN', value: 'x' })
  const answer = await given(await it.newPipeline(), ['TOKEN', 'A'], { row: { trust: 'fork' } })
  expect(answer).toEqual({ kind: 'withheld', remark: expect.stringContaining('A, TOKEN') })
})
