import { beforeAll, describe, expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'
import { insertMember, setRole } from './store.ts'

const it = testServer()
type User = Awaited<ReturnType<typeof it.newUser>>
type Role = 'member' | 'admin' | 'owner'

interface Listed {
  readonly data: { readonly user_uuid: string; readonly email: string; readonly role: Role }[]
}

let count = 0

/** Creates an organization with one user of each role; the first one is its owner. */
async function newTeam(...roles: Role[]): Promise<{ id: string; path: string; users: User[] }> {
  count += 1
  const users: User[] = []
  for (const n of [0, ...roles.keys()].slice(1)) users.push(await it.newUser(`team${count}-${n}`))
  const [maker] = users
  const slug = maker?.organization ?? ''
  const { rows } = await it.server.pool.query<{ id: string }>('select id from organizations where slug = $1', [slug])
  const id = rows[0]?.id ?? ''
  for (const [n, user] of users.entries())
    if (n > 0) await insertMember(it.server.pool, id, user.id, roles[n] ?? 'member')
  return { id, path: `/api/v0/organizations/${slug}/members`, users }
}

function change(asker: User | undefined, path: string, member: User | undefined, role: unknown) {
  return it.request(asker?.token ?? '', 'PATCH', `${path}/${member?.id}`, { role })
}

function remove(asker: User | undefined, path: string, member: User | undefined) {
  return it.request(asker?.token ?? '', 'DELETE', `${path}/${member?.id}`)
}

async function rolesOf(organizationId: string): Promise<Role[]> {
  const { rows } = await it.server.pool.query<{ role: Role }>(
    'select role from memberships where organization_id = $1 order by role desc',
    [organizationId],
  )
  return rows.map(({ role }) => role)
}

test('members cannot be read or changed from outside the organization', async () => {
  const { path, users } = await newTeam('owner')
  const stranger = await it.newUser('stranger-of-team')
  for (const [method, target] of [
    ['GET', path],
    ['PATCH', `${path}/${users[0]?.id}`],
    ['DELETE', `${path}/${users[0]?.id}`],
  ] as const) {
    expect((await it.request(null, method, target)).status).toBe(401)
    const answer = await it.request(stranger.token, method, target)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'organization_not_found'])
  }
})

test('members are listed as owners, admins and members, each by address', async () => {
  const { path, users } = await newTeam('owner', 'member', 'admin', 'owner', 'member')
  const [first, second, third, fourth, fifth] = users
  const { body } = await it.request<Listed>(second?.token ?? '', 'GET', path)
  expect(body.data.map((member) => member.user_uuid)).toEqual(
    [first, fourth, third, second, fifth].map((user) => user?.id),
  )
  expect(body.data.map(({ role }) => role)).toEqual(['owner', 'owner', 'admin', 'member', 'member'])
})

/** Changes and removals (null) of members by members, from the table of http.md 6. */
const cases: [Role, Role, Role | null, 200 | 204 | 403][] = [
  ['member', 'member', 'admin', 403],
  ['member', 'admin', null, 403],
  ['admin', 'member', 'admin', 200],
  ['admin', 'admin', 'member', 200],
  ['admin', 'member', null, 204],
  ['admin', 'admin', null, 204],
  ['admin', 'member', 'owner', 403],
  ['admin', 'owner', 'member', 403],
  ['admin', 'owner', null, 403],
  ['owner', 'member', 'owner', 200],
  ['owner', 'owner', 'admin', 200],
  ['owner', 'owner', null, 204],
  ['owner', 'admin', null, 204],
]

test.for(cases)('G30 the %s asks a %s to become %s: %s', async ([asker, member, to, status]) => {
  const { id, path, users } = await newTeam('owner', asker, member)
  const before = await rolesOf(id)
  const answer = await (to === null ? remove(users[1], path, users[2]) : change(users[1], path, users[2], to))
  expect(answer.status).toBe(status)
  if (status === 403) {
    expect(codeOf(answer)).toBe('insufficient_org_role')
    expect(await rolesOf(id)).toEqual(before)
  } else if (to !== null) expect(answer.body).toMatchObject({ user_uuid: users[2]?.id, role: to })
  else expect(await rolesOf(id)).toHaveLength(2)
})

test('an unknown role results in 422, and an unknown member in 404', async () => {
  const { path, users } = await newTeam('owner', 'member')
  for (const role of ['king', null, 7, undefined]) {
    const answer = await change(users[0], path, users[1], role)
    expect([answer.status, codeOf(answer)]).toEqual([422, 'invalid_role'])
  }
  const stranger = await it.newUser('not-in-team')
  for (const id of [stranger.id, '00000000-0000-4000-8000-000000000000', 'nobody']) {
    const answer = await it.request(users[0]?.token ?? '', 'DELETE', `${path}/${id}`)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'member_not_found'])
  }
})

test('every member may leave at any time; G34 except the last owner', async () => {
  const { id, path, users } = await newTeam('owner', 'member', 'admin')
  const [owner, member, admin] = users
  expect((await remove(member, path, member)).status).toBe(204)
  expect((await it.request(member?.token ?? '', 'GET', path)).status).toBe(404)
  expect((await remove(admin, path, admin)).status).toBe(204)
  for (const answer of [await remove(owner, path, owner), await change(owner, path, owner, 'member')])
    expect([answer.status, codeOf(answer)]).toEqual([409, 'last_owner'])
  expect(await rolesOf(id)).toEqual(['owner'])
})

test('every change is audited, and a request that changes nothing is not', async () => {
  const { id, path, users } = await newTeam('owner', 'member', 'member')
  await change(users[0], path, users[1], 'admin')
  await change(users[0], path, users[1], 'admin')
  await remove(users[1], path, users[2])
  await remove(users[1], path, users[1])
  const { rows } = await it.server.pool.query(
    "select action, actor_id, subject from audit_events where organization_id = $1 and action like 'member.%' order by created_at",
    [id],
  )
  const ids = users.map((user) => user.id)
  expect(rows).toEqual([
    { action: 'member.role_changed', actor_id: ids[0], subject: ids[1] },
    { action: 'member.removed', actor_id: ids[1], subject: ids[2] },
    { action: 'member.left', actor_id: ids[1], subject: ids[1] },
  ])
})

describe('two owners', () => {
  let team: Awaited<ReturnType<typeof newTeam>>
  beforeAll(async () => {
    team = await newTeam('owner', 'owner')
  })

  test('G34 two owners who demote each other concurrently leave one, 50 times', async () => {
    const [a, b] = team.users
    const refusals: string[] = []
    for (let round = 0; round < 50; round += 1) {
      const answers = await Promise.all([change(a, team.path, b, 'member'), change(b, team.path, a, 'member')])
      const refused = answers.filter(({ status }) => status !== 200)
      expect(refused).toHaveLength(1)
      refusals.push(...refused.map(codeOf))
      expect(await rolesOf(team.id)).toEqual(['owner', 'member'])
      for (const user of [a, b]) await setRole(it.server.pool, team.id, user?.id ?? '', 'owner')
    }
    // By the time of the later request, its caller may already be a member.
    expect(new Set([...refusals, 'insufficient_org_role'])).toEqual(new Set(['insufficient_org_role', 'last_owner']))
  })

  test('G34 two owners who leave concurrently leave one, 20 times', async () => {
    const [a, b] = team.users
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all([remove(a, team.path, a), remove(b, team.path, b)])
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
      expect(await rolesOf(team.id)).toEqual(['owner'])
      for (const user of [a, b]) await insertMember(it.server.pool, team.id, user?.id ?? '', 'owner')
    }
  })
})

test('a request of an owner who is demoted meanwhile is refused', async () => {
  const { id, path, users } = await newTeam('owner', 'owner', 'owner')
  const [a, b, c] = users
  // Both callers are owners when their requests arrive; a third owner stays, so that neither is the
  // last.
  const answers = await Promise.all([change(a, path, b, 'member'), change(b, path, a, 'member')])
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses).toEqual([200, 403])
  expect((await rolesOf(id)).filter((role) => role === 'owner')).toHaveLength(2)
  expect((await it.request<Listed>(c?.token ?? '', 'GET', path)).body.data).toHaveLength(3)
})
