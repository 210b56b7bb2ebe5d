import { expect, test } from 'vitest'
import { removeDeleted } from '../../builds/deleted-organizations.ts'
import { sweepBlobs } from '../../main/sweeps.ts'
import { insertMember } from '../../organizations/members/store.ts'
import { systemActor } from '../../platform/audit/record-audit.ts'
import { openDirectoryStore } from '../../platform/blobs/blob-store.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { ir } from '../../testing/runner.ts'
import { codeOf, testServer } from '../../testing/server.ts'
import { startSession } from '../sessions/start-session.ts'
import { createAccount } from './create-account.ts'

// A local public URL enables the mailbox, from which the test reads mails.
const it = testServer({ HARMONT_PUBLIC_URL: 'http://localhost:4000' })
type User = Awaited<ReturnType<typeof it.newUser>>

function remove(token: string) {
  return it.request(token, 'DELETE', '/api/v0/user')
}

async function organizationId(slug: string): Promise<string> {
  const { rows } = await it.server.pool.query<{ id: string }>('select id from organizations where slug = $1', [slug])
  return rows[0]?.id ?? ''
}

async function join(user: User, organization: string, role: 'member' | 'admin' | 'owner'): Promise<void> {
  await insertMember(it.server.pool, await organizationId(organization), user.id, role)
}

/** Submits a build of the user's own pipeline, which waits for a runner. */
async function newBuild(user: User): Promise<{ readonly id: string; readonly path: string }> {
  const pipelines = `/api/v0/organizations/${user.organization}/pipelines`
  const wish = { name: 'ci', repository: 'acme/ci', default_branch: 'main' }
  await it.request(user.token, 'POST', pipelines, wish)
  const body = { branch: 'main', commit: 'c', pipeline_ir: ir({ key: 'a', cmd: 'true' }), source_b64: 'QUJD' }
  const made = await it.request<{ id: string }>(user.token, 'POST', `${pipelines}/ci/builds`, body)
  expect(made.status).toBe(201)
  return { id: made.body.id, path: `${pipelines}/ci/builds/1` }
}

async function stateOf(buildId: string): Promise<string | undefined> {
  const { rows } = await it.server.pool.query<{ state: string }>('select state from engine.builds where id = $1', [
    buildId,
  ])
  return rows[0]?.state
}

test('an account cannot be deleted without a credential', async () => {
  for (const token of [null, 'nobody']) expect((await it.request(token, 'DELETE', '/api/v0/user')).status).toBe(401)
})

test.for([
  ['a blank name', { name: '  ' }],
  ['a long name', { name: 'x'.repeat(256) }],
  ['no name', {}],
] as const)('%s is refused', async ([, body], { task }) => {
  const { token } = await it.newUser(`named-${task.id}`)
  const answer = await it.request(token, 'PATCH', '/api/v0/user', body)
  expect([answer.status, codeOf(answer)]).toEqual([422, 'user_name_invalid'])
})

test('a user can change their name', async () => {
  const { token } = await it.newUser('renamed')
  const answer = await it.request(token, 'PATCH', '/api/v0/user', { name: '  Ada Lovelace ' })
  expect(answer.body).toMatchObject({ name: 'Ada Lovelace', email: 'renamed@example.com' })
  expect((await it.request(token, 'GET', '/api/v0/user')).body).toEqual(answer.body)
})

test('deleting an account removes its sessions, keys and logins, mails a notice, and frees its address', async () => {
  const user = await it.newUser('leaving')
  const client = { address: '203.0.113.7', userAgent: null }
  const session = await startSession(it.server.pool, { userId: user.id, kind: 'web', isCookie: false, client })
  const { body } = await it.request<{ code: string }>(session.token, 'POST', '/api/v0/auth/cli/code')
  const answer = await remove(session.token)
  expect(answer.status).toBe(204)
  expect(answer.headers.getSetCookie()).toHaveLength(2)
  for (const token of [session.token, user.token]) expect((await remove(token)).status).toBe(401)
  expect((await it.request(null, 'POST', '/api/v0/auth/cli/redeem', { code: body.code })).status).toBe(400)
  for (const table of ['sessions', 'api_keys', 'cli_logins', 'memberships', 'passkeys', 'recovery_links'])
    expect((await it.server.pool.query(`select 1 from ${table} where user_id = $1`, [user.id])).rows).toEqual([])
  const mails = () => it.request<{ data: { to: string; subject: string }[] }>(null, 'GET', '/api/v0/mailbox')
  await expect
    .poll(async () => (await mails()).body.data.find(({ to }) => to === 'leaving@example.com')?.subject)
    .toContain('deleted')
  const again = await it.newUser('leaving')
  expect(again.organization).toBe(user.organization)
  // The audit log keeps the actor's address.
  const { rows } = await it.server.pool.query(
    "select actor_id, actor_email from audit_events where action = 'account.deleted' and subject = $1",
    [user.id],
  )
  expect(rows).toEqual([{ actor_id: null, actor_email: 'leaving@example.com' }])
})

test('deleting an account twice concurrently results in one 204 and one 401, 20 times, with and without an organization', async () => {
  for (let round = 0; round < 20; round += 1) {
    const user = await it.newUser(`twice-${round}`)
    if (round % 2 === 0) await it.server.pool.query('delete from organizations where slug = $1', [user.organization])
    const answers = await Promise.all([remove(user.token), remove(user.token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401])
  }
})

test('G34 the only owner of organizations with other members cannot be deleted, and each is named', async () => {
  const [owner, member] = [await it.newUser('sole-owner'), await it.newUser('sole-member')]
  await join(member, owner.organization, 'admin')
  const answer = await remove(owner.token)
  expect([answer.status, codeOf(answer)]).toEqual([409, 'last_owner'])
  expect(answer.body.error).toMatchObject({
    errors: [{ field: `organizations.${owner.organization}`, message: expect.any(String) }],
  })
  expect((await it.request(owner.token, 'GET', '/api/v0/user')).status).toBe(200)
  expect(await organizationId(owner.organization)).not.toBe('')
  // The member can be deleted, and then the owner with the organization.
  expect((await remove(member.token)).status).toBe(204)
  expect((await remove(owner.token)).status).toBe(204)
  expect(await organizationId(owner.organization)).toBe('')
})

test('G34 when two owners delete their accounts concurrently, one owner remains, 20 times', async () => {
  for (let round = 0; round < 20; round += 1) {
    const users = await Promise.all(['a', 'b', 'c'].map((letter) => it.newUser(`pair-${round}-${letter}`)))
    const [a, b, c] = users as [User, User, User]
    await join(b, a.organization, 'owner')
    await join(c, a.organization, 'member')
    const answers = await Promise.all([remove(a.token), remove(b.token)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
    const { rows } = await it.server.pool.query(
      'select m.role from memberships m join organizations o on o.id = m.organization_id where o.slug = $1 order by m.role',
      [a.organization],
    )
    expect(rows.map(({ role }) => role)).toEqual(['member', 'owner'])
  }
})

test('G34 deleting an account while its user creates organizations leaves none without an owner', async () => {
  for (let round = 0; round < 10; round += 1) {
    const user = await it.newUser(`maker-${round}`)
    const makes = Array.from({ length: 4 }, (_, n) =>
      it.request(user.token, 'POST', '/api/v0/organizations', { name: `Made ${round} ${n}` }),
    )
    const [answer, ...made] = await Promise.all([remove(user.token), ...makes])
    expect(answer?.status).toBe(204)
    expect(made.every(({ status }) => status === 201 || status === 401)).toBe(true)
  }
  const { rows } = await it.server.pool.query(
    `select slug from organizations o where deleted_at is null
        and not exists (select 1 from memberships m where m.organization_id = o.id and m.role = 'owner')`,
  )
  expect(rows).toEqual([])
})

test('an organization without other members is deleted too: its builds end, its slug is free, and its data is removed a week later', async () => {
  const user = await it.newUser('solo')
  const id = await organizationId(user.organization)
  const build = await newBuild(user)
  await it.server.pool.query(
    "insert into ledger_entries (id, organization_id, amount_cents, source) values (gen_random_uuid(), $1, 500, 'admin_grant')",
    [id],
  )
  expect((await remove(user.token)).status).toBe(204)
  await expect.poll(() => stateOf(build.id)).toBe('canceled')
  const heir = await it.newUser('solo')
  expect(heir.organization).toBe('solo')
  expect((await it.request(heir.token, 'GET', build.path)).status).toBe(404)
  const services = { pool: it.server.pool, engine: it.server.engine }
  const left = async () =>
    (await it.server.pool.query('select 1 from pipelines where organization_id = $1', [id])).rows.length
  expect(await removeDeleted(services)).toBe(0)
  expect(await left()).toBe(1)
  await it.server.pool.query("update organizations set deleted_at = now() - interval '8 days' where id = $1", [id])
  expect(await removeDeleted(services)).toBe(1)
  expect(await removeDeleted(services)).toBe(0)
  expect(await left()).toBe(0)
  expect(await stateOf(build.id)).toBeUndefined()
  const blobs = await openDirectoryStore(it.blobDirectory)
  expect(await sweepBlobs(it.server.pool, blobs, new Date(Date.now() + 60_000))).toBe(1)
  const ledger = await it.server.pool.query('select amount_cents from ledger_entries where organization_id = $1', [id])
  expect(ledger.rows).toHaveLength(1)
})

test('builds in other organizations stay, without an author', async () => {
  const [owner, guest] = [await it.newUser('host'), await it.newUser('author')]
  await join(guest, owner.organization, 'member')
  const { path } = await newBuild({ ...guest, organization: owner.organization })
  const author = async () => (await it.request<{ author: unknown }>(owner.token, 'GET', path)).body.author
  expect(await author()).toMatchObject({ name: 'author' })
  expect((await remove(guest.token)).status).toBe(204)
  expect(await author()).toBeNull()
  await it.request(owner.token, 'PUT', `${path}/cancel`)
})

test('a personal organization is deleted with its user, or stays with its other owners as an ordinary one', async () => {
  const wish = { email: 'someone@personal.example', name: 'Someone', signupCap: null }
  const enter = async () => {
    const made = await transaction(it.server.pool, (client) => createAccount(client, systemActor, wish))
    if (made === 'taken') throw new Error('the address is taken')
    const client = { address: '203.0.113.7', userAgent: null }
    const start = { userId: made.userId, kind: 'web', isCookie: false, client } as const
    const { token } = await startSession(it.server.pool, start)
    return { token, id: made.userId, organization: made.personalOrgSlug }
  }
  const first = await enter()
  expect((await remove(first.token)).status).toBe(204)
  const second = await enter()
  expect(second.organization).toBe(first.organization)
  const heir = await it.newUser('heir-of-personal')
  await join(heir, second.organization, 'owner')
  expect((await remove(second.token)).status).toBe(204)
  expect((await it.request(heir.token, 'DELETE', `/api/v0/organizations/${second.organization}`)).status).toBe(204)
})
