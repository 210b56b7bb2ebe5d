/** Calls every operation of the contract as seven kinds of caller. */
import { randomUUID } from 'node:crypto'
import { type Operation, operationTable } from '@harmont/contract'
import { afterAll, expect, test } from 'vitest'
import { hashToken } from '../../platform/encryption/token.ts'
import { permissions } from '../../platform/http/authorization/permissions.ts'
import { codeOf, testServer } from '../../testing/server.ts'

const it = testServer({ HARMONT_RATE_LIMITS: 'off' })

const callers = ['anonymous', 'expired', 'revoked', 'stranger', 'member', 'admin', 'owner'] as const
type CallerKind = (typeof callers)[number]

/** How far a request passes the checks of access, derived from its response. */
type Verdict = 'nobody' | 'absent' | 'too low' | 'let in'

const rank: Readonly<Record<CallerKind, number>> = {
  anonymous: -2,
  expired: -2,
  revoked: -2,
  stranger: -1,
  member: 0,
  admin: 1,
  owner: 2,
}

/** Returns the result that `http.md` 1 and 2.3 prescribe for a caller of an operation. */
function verdictOf({ auth, permission, path }: Operation, caller: CallerKind): Verdict {
  if (auth === 'none' || auth === 'signature') return 'let in'
  if (auth === 'runner') return caller === 'anonymous' ? 'nobody' : 'let in'
  if (rank[caller] === -2) return 'nobody'
  const isInOrganization = path.includes('{org}')
  if (auth === 'log' || auth === 'bearer' || !isInOrganization) return 'let in'
  if (caller === 'stranger') return 'absent'
  const role = permission === null ? null : permissions[permission].role
  return role !== null && rank[caller] < rank[role] ? 'too low' : 'let in'
}

interface Place {
  readonly organization: string
  readonly tokens: Readonly<Record<CallerKind, string | null>>
}

/** Creates an organization with every kind of caller, because an operation may delete both. */
async function newPlace(): Promise<Place> {
  const organization = `acme-${randomUUID().slice(0, 8)}`
  const users = (['stranger', 'member', 'admin', 'owner'] as const).map((role) => ({ role, id: randomUUID() }))
  const owner = users[3]?.id ?? ''
  const keys = [
    ...users.map(({ role, id }) => ({ kind: role, user: id, token: `${role}-${randomUUID()}`, ends: null })),
    { kind: 'expired' as const, user: owner, token: `expired-${randomUUID()}`, ends: '2020-01-01T00:00:00Z' },
  ]
  await it.server.pool.query(
    `with people as (
       insert into users (id, email, name) select u.id, u.id || '@example.com', u.role from json_to_recordset($1) as u(id uuid, role text)
       returning id),
     place as (insert into organizations (id, slug, name) values ($2, $3, 'Acme') returning id),
     members as (
       insert into memberships (organization_id, user_id, role)
       select place.id, u.id, u.role from place, json_to_recordset($1) as u(id uuid, role text), people
        where people.id = u.id and u.role <> 'stranger')
     insert into api_keys (id, user_id, description, token_hash, expires_at)
     select gen_random_uuid(), k."user", 'test', k.hash, k.ends
       from json_to_recordset($4) as k("user" uuid, hash text, ends timestamptz), people where people.id = k."user"`,
    [
      JSON.stringify(users),
      randomUUID(),
      organization,
      JSON.stringify(keys.map((key) => ({ ...key, hash: hashToken(key.token) }))),
    ],
  )
  const revoked = `revoked-${randomUUID()}`
  const tokens = { anonymous: null, revoked, ...Object.fromEntries(keys.map(({ kind, token }) => [kind, token])) }
  return { organization, tokens: tokens as Record<CallerKind, string | null> }
}

/** Sends a request without a body; only the organization in its path exists. */
async function ask({ method, path }: Operation, organization: string, token: string | null): Promise<Verdict> {
  const target = path.replace('{org}', organization).replaceAll(/\{\w+\}/g, 'absent')
  const answer = await it.request(token, method, target, undefined, {}, { headersOnly: true })
  if (answer.status < 400) return 'let in'
  const code = codeOf(answer)
  if (code === 'unauthorized' || code === 'log_stream_unauthorized') return 'nobody'
  if (code === 'organization_not_found') return 'absent'
  return code === 'insufficient_org_role' ? 'too low' : 'let in'
}

let cells = 0
afterAll(() => {
  expect(cells).toBe(operationTable.size * callers.length)
  console.log(`G30: ${operationTable.size} operations x ${callers.length} callers = ${cells} cells`)
})

test.for(
  [...operationTable.values()].map(
    (operation) => [operation.id, operation.permission ?? operation.auth, operation] as const,
  ),
)('G30 G31 %s lets in %s and nobody else', async ([, , operation]) => {
  const { organization, tokens } = await newPlace()
  // The owner is last, because the operation may delete the organization.
  for (const caller of callers) {
    expect([caller, await ask(operation, organization, tokens[caller])]).toEqual([caller, verdictOf(operation, caller)])
    cells += 1
  }
})

test('G32 a revoked key is refused from the next request on', async () => {
  const { tokens } = await newPlace()
  const made = await it.request<{ token: string; api_token: { id: string } }>(
    tokens.owner,
    'POST',
    '/api/v0/user/api-tokens',
    { description: 'to be revoked' },
  )
  const { token, api_token } = made.body
  expect((await it.request(token, 'GET', '/api/v0/user')).status).toBe(200)
  await it.request(tokens.owner, 'DELETE', `/api/v0/user/api-tokens/${api_token.id}`)
  expect((await it.request(token, 'GET', '/api/v0/user')).status).toBe(401)
})
