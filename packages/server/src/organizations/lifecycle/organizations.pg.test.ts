import { expect, test } from 'vitest'
import { codeOf, ownerToken, testServer } from '../../testing/server.ts'
import { insertMember } from '../members/store.ts'

const it = testServer()
const path = '/api/v0/organizations'

interface Page {
  readonly data: { readonly slug: string }[]
  readonly next_cursor: string | null
}

test('organizations cannot be listed, created or read without a credential', async () => {
  for (const [method, target] of [
    ['GET', path],
    ['POST', path],
    ['GET', `${path}/default`],
  ] as const)
    expect((await it.request(null, method, target)).status).toBe(401)
})

test('G31 a foreign and an absent organization result in the same 404', async () => {
  const stranger = await it.newUser('outsider')
  const tell = async (slug: string) => {
    const { status, body } = await it.request(stranger.token, 'GET', `${path}/${slug}`)
    const { request_id, ...error } = body.error as Record<string, unknown>
    return [status, error]
  }
  const foreign = await tell('default')
  expect(foreign).toMatchObject([404, { code: 'organization_not_found' }])
  expect(await tell('absent')).toEqual(foreign)
  expect(await tell('%20%00')).toEqual(foreign)
})

test('the bootstrap user owns `default`, which is their personal organization', async () => {
  expect((await it.request(ownerToken, 'GET', '/api/v0/user')).body).toMatchObject({
    email: 'admin@localhost',
    personal_org_slug: 'default',
  })
  expect((await it.request(ownerToken, 'GET', `${path}/default`)).body).toMatchObject({ slug: 'default', url: null })
})

test('slugs come from names; taken and reserved ones get a number, even when created concurrently', async () => {
  const make = (name: string) => it.request<{ slug: string }>(ownerToken, 'POST', path, { name })
  const made = await Promise.all(Array.from({ length: 5 }, () => make('Zoë & Co.')))
  expect(made.map(({ body }) => body.slug).sort()).toEqual(['zoe-co', 'zoe-co-2', 'zoe-co-3', 'zoe-co-4', 'zoe-co-5'])
  expect((await make('Settings')).body.slug).toBe('settings-2')
})

test.for([
  ['a blank name', { name: ' ' }],
  ['a name without a character for the slug', { name: '日本' }],
  ['a long name', { name: 'x'.repeat(256) }],
  ['a URL that is not http', { name: 'x', url: 'javascript:alert(1)' }],
  ['no name', {}],
  ['a number as name', { name: 5 }],
] as const)('%s is refused', async ([, body]) => {
  const answer = await it.request(ownerToken, 'POST', path, body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'organization_invalid'])
})

test('pages hold every organization once, oldest first, and a cursor of another list is refused', async () => {
  const { token } = await it.newUser('pager')
  for (let n = 0; n < 6; n += 1) await it.request(token, 'POST', path, { name: `page ${n}` })
  const seen: string[] = []
  let cursor = ''
  for (;;) {
    const { body } = await it.request<Page>(token, 'GET', `${path}?limit=2&cursor=${cursor}`)
    seen.push(...body.data.map(({ slug }) => slug))
    if (body.next_cursor === null) break
    cursor = body.next_cursor
  }
  expect(seen).toEqual(['pager', 'page-0', 'page-1', 'page-2', 'page-3', 'page-4', 'page-5'])
  const { body } = await it.request<Page>(token, 'GET', `${path}?limit=1`)
  const foreign = await it.request(ownerToken, 'GET', `${path}?cursor=${body.next_cursor}`)
  expect([foreign.status, codeOf(foreign)]).toEqual([400, 'invalid_cursor'])
  const other = await it.request(token, 'GET', `${path}/pager/pipelines?cursor=${body.next_cursor}`)
  expect(codeOf(other)).toBe('invalid_cursor')
})

interface Event {
  readonly id: string
  readonly action: string
  readonly actor: { readonly email: string } | null
}

test('each setting can change alone, and the slug never changes', async () => {
  const { token, organization } = await it.newUser('settler')
  const change = (body: unknown) => it.request(token, 'PATCH', `${path}/${organization}`, body)
  expect((await change({ name: ' Settlers ' })).body).toMatchObject({ name: 'Settlers', slug: organization, url: null })
  const url = 'https://example.com/'
  expect((await change({ url, slug: 'other' })).body).toMatchObject({ name: 'Settlers', slug: organization, url })
  expect((await change({ members_can_create_pipelines: false })).body).toMatchObject({
    url,
    members_can_create_pipelines: false,
  })
  expect((await change({ url: null })).body).toMatchObject({ url: null, members_can_create_pipelines: false })
  for (const wrong of [{ name: ' ' }, { name: null }, { url: 'ftp://x' }, { members_can_create_pipelines: 'no' }]) {
    const answer = await change(wrong)
    expect([answer.status, codeOf(answer)]).toEqual([422, 'organization_invalid'])
  }
})

test('members create pipelines only if the organization allows it', async () => {
  const owner = await it.newUser('strict')
  const member = await it.newUser('strict-member')
  const { body } = await it.request<{ slug: string }>(owner.token, 'POST', path, { name: 'Strict two' })
  const { rows } = await it.server.pool.query('select id from organizations where slug = $1', [body.slug])
  await insertMember(it.server.pool, rows[0].id, member.id, 'member')
  const make = (token: string, name: string) =>
    it.request(token, 'POST', `${path}/${body.slug}/pipelines`, { name, repository: name, default_branch: 'main' })
  expect((await make(member.token, 'one')).status).toBe(201)
  await it.request(owner.token, 'PATCH', `${path}/${body.slug}`, { members_can_create_pipelines: false })
  const refused = await make(member.token, 'two')
  expect([refused.status, codeOf(refused)]).toEqual([403, 'insufficient_org_role'])
  expect((await make(owner.token, 'three')).status).toBe(201)
})

test('an owner can delete an organization, except a personal one', async () => {
  const { token } = await it.newUser('deleter')
  const { body } = await it.request<{ slug: string }>(token, 'POST', path, { name: 'Passing' })
  const { rows } = await it.server.pool.query('select id from organizations where slug = $1', [body.slug])
  expect((await it.request(token, 'DELETE', `${path}/${body.slug}`)).status).toBe(204)
  expect((await it.request(token, 'GET', `${path}/${body.slug}`)).status).toBe(404)
  expect((await it.request(token, 'DELETE', `${path}/${body.slug}`)).status).toBe(404)
  expect((await it.request<{ slug: string }>(token, 'POST', path, { name: 'Passing' })).body.slug).toBe(body.slug)
  const left = await it.server.pool.query(
    'select name, deleted_at is not null as gone from organizations where id = $1',
    [rows[0].id],
  )
  expect(left.rows).toEqual([{ name: '', gone: true }])
  const personal = await it.request(ownerToken, 'DELETE', `${path}/default`)
  expect([personal.status, codeOf(personal)]).toEqual([409, 'organization_is_personal'])
})

test('admins read the audit log, newest first, in pages that hold every event once; members cannot', async () => {
  const { token, organization, id } = await it.newUser('audited')
  const target = `${path}/${organization}`
  for (let n = 0; n < 7; n += 1) await it.request(token, 'PATCH', target, { name: `Name ${n}` })
  const seen: Event[] = []
  let cursor = ''
  do {
    const { body } = await it.request<{ data: Event[]; next_cursor: string | null }>(
      token,
      'GET',
      `${target}/audit-events?limit=3&cursor=${cursor}`,
    )
    seen.push(...body.data)
    cursor = body.next_cursor ?? ''
  } while (cursor !== '')
  expect(seen.map(({ action }) => action)).toEqual([
    ...Array.from({ length: 7 }, () => 'organization.changed'),
    'organization.created',
  ])
  expect(new Set(seen.map((event) => event.id)).size).toBe(8)
  expect(seen[0]).toMatchObject({
    actor: { user_uuid: id, email: 'audited@example.com', name: 'audited' },
    subject: organization,
    details: { name: 'Name 6' },
    ip: expect.stringMatching(/^(127\.|::)/),
    request_id: expect.stringMatching(/^req_/),
  })
  const member = await it.newUser('audited-member')
  const { rows } = await it.server.pool.query('select id from organizations where slug = $1', [organization])
  await insertMember(it.server.pool, rows[0].id, member.id, 'member')
  const refused = await it.request(member.token, 'GET', `${target}/audit-events`)
  expect([refused.status, codeOf(refused)]).toEqual([403, 'insufficient_org_role'])
})

test('a key for one organization does not list others', async () => {
  const { token, organization } = await it.newUser('narrow')
  await it.request(token, 'POST', path, { name: 'Beside narrow' })
  const key = await it.request<{ token: string }>(token, 'POST', '/api/v0/user/api-tokens', {
    description: 'one only',
    organizations: [organization],
  })
  const { body } = await it.request<Page>(key.body.token, 'GET', path)
  expect(body.data.map(({ slug }) => slug)).toEqual([organization])
  expect((await it.request(key.body.token, 'GET', `${path}/beside-narrow`)).status).toBe(404)
})
