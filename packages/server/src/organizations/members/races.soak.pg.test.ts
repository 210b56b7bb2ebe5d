import { scaled, seed } from '@harmont/test-kit/effort'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeOf, testServer } from '../../testing/server.ts'
import { insertMember } from './store.ts'

const it = testServer()
type User = Awaited<ReturnType<typeof it.newUser>>

const userCount = 24
const teamCount = 4
const user = fc.nat(userCount - 1)
/** An action of one user on another, in one of the organizations. */
const step = fc.record({
  what: fc.nat(11),
  user,
  other: user,
  team: fc.nat(teamCount - 1),
  role: fc.constantFrom('member', 'member', 'admin', 'owner'),
  isRare: fc.nat(5).map((n) => n === 0),
  token: fc.nat(),
})
type Step = ReturnType<typeof step.generate>['value']

test(`G34 under concurrent changes of members, every organization keeps an owner and no request gets a 5xx (seed ${seed})`, async () => {
  const steps = fc.sample(step, { seed, numRuns: scaled(320), unbiased: true })
  const pick = <T>(list: readonly T[], at: number): T => {
    const one = list[at % list.length]
    if (one === undefined) throw new Error('there is nothing to pick')
    return one
  }
  const users: User[] = []
  for (let n = 0; n < userCount; n += 1) users.push(await it.newUser(`racer-${n}`))
  const teams = users.slice(0, teamCount).map(({ organization }) => organization)
  for (const [t, slug] of teams.entries()) {
    const { rows } = await it.server.pool.query<{ id: string }>('select id from organizations where slug = $1', [slug])
    for (const [n, user] of users.entries()) {
      const role = n % 6 === 4 ? 'owner' : (n + t) % 2 === 0 ? 'member' : 'admin'
      await insertMember(it.server.pool, rows[0]?.id ?? '', user.id, role)
    }
  }
  const tokens: string[] = []
  const act = async (step: Step): Promise<{ status: number; body: unknown }> => {
    const [user, other] = [pick(users, step.user), pick(users, step.other)]
    const team = `/api/v0/organizations/${pick(teams, step.team)}`
    switch (step.what) {
      case 0:
        return it.request(user.token, 'DELETE', `${team}/members/${user.id}`)
      case 1:
      case 2:
        return it.request(user.token, 'DELETE', `${team}/members/${other.id}`)
      case 3:
        return step.isRare ? it.request(user.token, 'DELETE', '/api/v0/user') : it.request(user.token, 'GET', team)
      case 4:
        return it.request(user.token, 'POST', '/api/v0/organizations', { name: `Made by ${user.id}` })
      case 5: {
        const email = `racer-${users.indexOf(other)}@example.com`
        const made = await it.request<{ token?: string }>(user.token, 'POST', `${team}/invites`, {
          email,
          role: 'admin',
        })
        if (made.body.token !== undefined) tokens.push(made.body.token)
        return made
      }
      case 6:
        return tokens.length === 0
          ? it.request(user.token, 'GET', `${team}/members`)
          : it.request(user.token, 'POST', '/api/v0/invites/accept', { token: pick(tokens, step.token) })
      case 7:
        return it.request(user.token, 'PATCH', team, { name: `Team of ${user.id}` })
      default:
        return it.request(user.token, 'PATCH', `${team}/members/${other.id}`, { role: step.role })
    }
  }
  const seen = new Map<string, number>()
  const worker = async () => {
    for (let next = steps.shift(); next !== undefined; next = steps.shift()) {
      const answer = await act(next)
      const what = answer.status < 400 ? String(answer.status) : `${answer.status} ${codeOf(answer as never)}`
      seen.set(what, (seen.get(what) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: 16 }, worker))
  expect([...seen.keys()].filter((what) => what.startsWith('5'))).toEqual([])
  // Ensures that the test did change members.
  expect(seen.get('200') ?? 0).toBeGreaterThan(15)
  const { rows } = await it.server.pool.query<{ slug: string }>(
    `select slug from organizations o where deleted_at is null
        and not exists (select 1 from memberships m where m.organization_id = o.id and m.role = 'owner')`,
  )
  expect(rows).toEqual([])
})
