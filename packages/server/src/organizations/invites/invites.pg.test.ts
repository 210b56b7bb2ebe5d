import { expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'
import { insertMember } from '../members/store.ts'
import { removeDeadInvites } from './store.ts'

// A local public URL enables the mailbox, from which the test reads mails.
const it = testServer({ HARMONT_PUBLIC_URL: 'http://localhost:4000' })
type User = Awaited<ReturnType<typeof it.newUser>>

interface Invite {
  readonly id: string
  readonly token: string | null
  readonly email: string
}

async function newTeam(name: string): Promise<{ owner: User; path: string; id: string }> {
  const owner = await it.newUser(name)
  const { rows } = await it.server.pool.query<{ id: string }>('select id from organizations where slug = $1', [
    owner.organization,
  ])
  return { owner, path: `/api/v0/organizations/${owner.organization}/invites`, id: rows[0]?.id ?? '' }
}

function invite(token: string, path: string, email: unknown, role: unknown = 'member') {
  return it.request<Invite>(token, 'POST', path, { email, role })
}

function accept(user: User, token: string | null | undefined) {
  return it.request<{ slug: string }>(user.token, 'POST', '/api/v0/invites/accept', { token })
}

function preview(token: unknown) {
  return it.request(null, 'POST', '/api/v0/invites/preview', { token })
}

test('only admins and owners list, create and revoke invites', async () => {
  const { path, id } = await newTeam('gate')
  const member = await it.newUser('gate-member')
  await insertMember(it.server.pool, id, member.id, 'member')
  const stranger = await it.newUser('gate-stranger')
  for (const [method, target] of [
    ['GET', path],
    ['POST', path],
    ['DELETE', `${path}/00000000-0000-4000-8000-000000000000`],
  ] as const) {
    expect((await it.request(null, method, target)).status).toBe(401)
    expect(codeOf(await it.request(stranger.token, method, target))).toBe('organization_not_found')
    expect(codeOf(await it.request(member.token, method, target))).toBe('insufficient_org_role')
  }
})

test('G32 an invite is shown once, stored as a hash, mailed, and makes the user with its address a member', async () => {
  const { owner, path, id } = await newTeam('inviter')
  const guest = await it.newUser('guest')
  const made = await invite(owner.token, path, '  GUEST@Example.com ', 'admin')
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ email: 'guest@example.com', role: 'admin' })
  const token = made.body.token ?? ''
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  const { rows } = await it.server.pool.query('select * from invites')
  expect(JSON.stringify(rows)).not.toContain(token)
  const listed = await it.request<{ data: Invite[] }>(owner.token, 'GET', path)
  expect(listed.body.data).toEqual([{ ...made.body, token: null }])
  expect((await preview(token)).body).toMatchObject({
    organization: { name: 'inviter', slug: owner.organization },
    email: 'guest@example.com',
    role: 'admin',
    invited_by: 'inviter',
  })
  const mails = () => it.request<{ data: { to: string; links: string[] }[] }>(null, 'GET', '/api/v0/mailbox')
  await expect
    .poll(async () => (await mails()).body.data.find(({ to }) => to === 'guest@example.com')?.links)
    .toEqual([`http://localhost:4000/invite/accept?token=${token}`])
  const accepted = await accept(guest, token)
  expect([accepted.status, accepted.body.slug]).toEqual([200, owner.organization])
  const members = await it.server.pool.query(
    'select role from memberships where organization_id = $1 and user_id = $2',
    [id, guest.id],
  )
  expect(members.rows).toEqual([{ role: 'admin' }])
  expect(codeOf(await preview(token))).toBe('invite_unacceptable')
})

test("G33 an invite works for its address only, and stays valid after another user's attempt", async () => {
  const { owner, path } = await newTeam('addressed')
  const [right, wrong] = [await it.newUser('right'), await it.newUser('wrong')]
  const { body } = await invite(owner.token, path, 'right@example.com')
  const refused = await accept(wrong, body.token)
  expect([refused.status, codeOf(refused)]).toEqual([422, 'invite_unacceptable'])
  expect((await accept(right, body.token)).status).toBe(200)
  expect(codeOf(await accept(right, body.token))).toBe('invite_unacceptable')
})

test('G33 an invite that is accepted 20 times concurrently works once', async () => {
  const { owner, path, id } = await newTeam('raced')
  const guest = await it.newUser('raced-guest')
  const { body } = await invite(owner.token, path, 'raced-guest@example.com')
  const answers = await Promise.all(Array.from({ length: 20 }, () => accept(guest, body.token)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 422)])
  const events = await it.server.pool.query(
    "select 1 from audit_events where organization_id = $1 and action = 'invite.accepted'",
    [id],
  )
  expect(events.rows).toHaveLength(1)
})

test.for([
  ['an owner', { email: 'new@example.com', role: 'owner' }],
  ['an unknown role', { email: 'new@example.com', role: 'king' }],
  ['no address', { email: 'nobody', role: 'member' }],
  ['a long address', { email: `${'x'.repeat(250)}@example.com`, role: 'member' }],
  ['two addresses', { email: 'a@example.com,b@example.com', role: 'member' }],
  ['nothing', {}],
] as const)('an invite of %s is refused', async ([, body], { task }) => {
  const { owner, path } = await newTeam(`refuser-${task.id}`)
  const answer = await it.request(owner.token, 'POST', path, body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'invite_invalid'])
})

test('an address has one live invite; an expired one is replaced, and a member cannot be invited', async () => {
  const { owner, path, id } = await newTeam('once')
  const first = await invite(owner.token, path, 'once-guest@example.com')
  const second = await invite(owner.token, path, 'ONCE-guest@example.com')
  expect([second.status, codeOf(second)]).toEqual([422, 'invite_invalid'])
  await it.server.pool.query("update invites set expires_at = now() - interval '1 second' where organization_id = $1", [
    id,
  ])
  expect(codeOf(await preview(first.body.token))).toBe('invite_unacceptable')
  expect((await it.request<{ data: unknown[] }>(owner.token, 'GET', path)).body.data).toEqual([])
  expect((await it.request(owner.token, 'DELETE', `${path}/${first.body.id}`)).status).toBe(404)
  expect((await invite(owner.token, path, 'once-guest@example.com')).status).toBe(201)
  expect(codeOf(await preview(first.body.token))).toBe('invite_unacceptable')
  expect(codeOf(await invite(owner.token, path, 'once@example.com'))).toBe('invite_invalid')
})

test('a revoked invite is refused, and can be revoked once', async () => {
  const { owner, path } = await newTeam('revoker')
  const guest = await it.newUser('revoked-guest')
  const { body } = await invite(owner.token, path, 'revoked-guest@example.com')
  expect((await it.request(owner.token, 'DELETE', `${path}/${body.id}`)).status).toBe(204)
  expect(codeOf(await accept(guest, body.token))).toBe('invite_unacceptable')
  for (const id of [body.id, '00000000-0000-4000-8000-000000000000', 'x']) {
    const again = await it.request(owner.token, 'DELETE', `${path}/${id}`)
    expect([again.status, codeOf(again)]).toEqual([404, 'invite_not_found'])
  }
})

test.for(['demoted', 'removed', 'gone with the account'] as const)(
  'an invite ends when its maker is %s',
  async (how, { task }) => {
    const { owner, path, id } = await newTeam(`ender-${task.id}`)
    const admin = await it.newUser(`ending-${task.id}`)
    await insertMember(it.server.pool, id, admin.id, 'admin')
    const { body } = await invite(admin.token, path, 'ended-guest@example.com')
    expect((await preview(body.token)).status).toBe(200)
    const member = `/api/v0/organizations/${owner.organization}/members/${admin.id}`
    if (how === 'demoted') await it.request(owner.token, 'PATCH', member, { role: 'member' })
    else if (how === 'removed') await it.request(owner.token, 'DELETE', member)
    else expect((await it.request(admin.token, 'DELETE', '/api/v0/user')).status).toBe(204)
    expect(codeOf(await preview(body.token))).toBe('invite_unacceptable')
  },
)

test('an organization has at most 200 live invites, even when they are created concurrently', async () => {
  const { owner, path, id } = await newTeam('many')
  const fill = `insert into invites (id, organization_id, email, role, token_hash, invited_by, expires_at)
    select gen_random_uuid(), $1, n || '@many.example', 'member', md5(n || $3), $2, now() + interval '1 day' from generate_series(1, 195) n`
  await it.server.pool.query(fill, [id, owner.id, id])
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, n) => invite(owner.token, path, `more${n}@example.com`)),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 201, 201, 422, 422, 422, 422, 422])
})

test('the preview of an ended invite shows how it ended', async () => {
  const { owner, path, id } = await newTeam('ended')
  const guest = await it.newUser('ended-guest')
  const told = async (token: string | null) => {
    const { body } = await preview(token)
    return (body as { error: { code: string; message: string } }).error
  }
  const used = await invite(owner.token, path, 'ended-guest@example.com')
  await accept(guest, used.body.token)
  const revoked = await invite(owner.token, path, 'revoked@example.com')
  await it.request(owner.token, 'DELETE', `${path}/${revoked.body.id}`)
  const expired = await invite(owner.token, path, 'expired@example.com')
  const expire = "update invites set expires_at = now() - interval '1 second' where organization_id = $1"
  await it.server.pool.query(expire, [id])
  const late = await told(expired.body.token)
  // The expired row is unchanged, was removed, or was replaced.
  await removeDeadInvites(it.server.pool)
  expect(await told(expired.body.token)).toMatchObject({ message: late.message })
  const replaced = await invite(owner.token, path, 'expired@example.com')
  await it.server.pool.query(expire, [id])
  await invite(owner.token, path, 'expired@example.com')
  for (const [token, word] of [
    [used.body.token, 'already accepted'],
    [revoked.body.token, 'was revoked'],
    [expired.body.token, 'has expired'],
    [replaced.body.token, 'has expired'],
    ['x'.repeat(43), 'not found'],
  ] as const)
    expect([word, await told(token)]).toMatchObject([
      word,
      { code: 'invite_unacceptable', message: expect.stringContaining(word) },
    ])
})

test('the sweep removes expired invites', async () => {
  const { owner, path, id } = await newTeam('swept')
  await invite(owner.token, path, 'swept-guest@example.com')
  await it.server.pool.query("update invites set expires_at = now() - interval '1 second' where organization_id = $1", [
    id,
  ])
  expect(await removeDeadInvites(it.server.pool)).toBeGreaterThanOrEqual(1)
  expect(await removeDeadInvites(it.server.pool)).toBe(0)
})

test.for([
  ['an absent one', {}],
  ['an empty one', { token: '' }],
  ['a long one', { token: 'x'.repeat(10_000) }],
  ['a number', { token: 5 }],
] as const)('an invalid token is refused: %s', async ([, body]) => {
  const answer = await it.request(null, 'POST', '/api/v0/invites/preview', body)
  expect([answer.status, ['invite_unacceptable', 'request_invalid'].includes(codeOf(answer))]).toEqual([422, true])
})
