/** Queries of requests, sign-ins and organization pages use indexes when there are many users. */
import { beforeAll, expect, test } from 'vitest'
import { listEventsOf } from '../../organizations/audit-log.ts'
import { findOffer, listInvitesOf } from '../../organizations/invites/store.ts'
import { listOrganizationsOf, listStandings, lockOrganizationsOf } from '../../organizations/lifecycle/store.ts'
import { countOwners, findMember, findMemberByEmail, listMembers } from '../../organizations/members/store.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { testServer } from '../../testing/server.ts'
import { listPlaces } from '../accounts/delete-account.ts'
import { getAccount } from '../accounts/store.ts'
import { listKeys } from '../api-tokens/store.ts'
import { findLoginUser, takeLogin } from '../cli-login/store.ts'
import { deleteSession, listSessionsOf, removeSessionsBeyond } from '../sessions/store.ts'
import { mayStay } from './access-watch.ts'
import { authenticate, identify } from './authenticate.ts'

const it = testServer()
const ids = { user: '', organization: '' }

beforeAll(async () => {
  const { pool } = it.server
  await pool.query(`
    insert into users (id, email, name) select gen_random_uuid(), n || '@plans.example', 'n' from generate_series(1, 10000) n;
    insert into organizations (id, slug, name) select gen_random_uuid(), 'plans-' || n, 'n' from generate_series(1, 10000) n;
    create temporary table u as select id, row_number() over () as n from users where email like '%@plans.example';
    create temporary table o as select id, row_number() over () as n from organizations where slug like 'plans-%';
    insert into memberships (organization_id, user_id, role)
      select o.id, u.id, case when u.n % 50 = 0 then 'owner' else 'member' end from u cross join lateral (values (u.n), (u.n / 50 + 1)) place (n) join o on o.n = place.n on conflict do nothing;
    insert into sessions (id, user_id, token_hash, kind, expires_at)
      select gen_random_uuid(), u.id, md5(u.n || '-' || k), 'web', now() + interval '1 day' from u, generate_series(1, 3) k;
    insert into api_keys (id, user_id, description, token_hash) select gen_random_uuid(), u.id, 'k', md5('k' || u.n) from u;
    insert into cli_logins (kind, secret_hash, user_id, key_id, expires_at)
      select 'code', md5('c' || u.n), u.id, k.id, now() + interval '1 day' from u join api_keys k on k.user_id = u.id and not k.bootstrap;
    insert into invites (id, organization_id, email, role, token_hash, invited_by, expires_at)
      select gen_random_uuid(), o.id, k || '@guests.example', 'member', md5(o.n || 'i' || k), u.id, now() + interval '1 day'
        from o join u on u.n = o.n, generate_series(1, 2) k;
    insert into audit_events (id, organization_id, actor_id, action)
      select gen_random_uuid(), o.id, u.id, 'a.b' from u join o on o.n = u.n, generate_series(1, 2) k;
    drop table u, o;
    analyze users, organizations, memberships, sessions, api_keys, cli_logins, invites, audit_events;`)
  const { rows } = await pool.query("select user_id, organization_id from memberships where role = 'owner' limit 1")
  await pool.query(
    "insert into audit_events (id, organization_id, actor_id, action) select gen_random_uuid(), $1, $2, 'a.b' from generate_series(1, 5000)",
    [rows[0].organization_id, rows[0].user_id],
  )
  await pool.query('analyze audit_events')
  Object.assign(ids, { user: rows[0].user_id, organization: rows[0].organization_id })
})

/** Returns the plan of the only statement that `run` sends. */
async function planOf(run: (database: Database) => Promise<unknown>): Promise<string> {
  let plan = ''
  const query = async (statement: string | { text: string; values: unknown[] }, given?: unknown[]) => {
    const { text, values } = typeof statement === 'string' ? { text: statement, values: given } : statement
    const { rows } = await it.server.pool.query(`explain (costs off) ${text}`, values)
    plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    throw new PlanTaken()
  }
  await run({ query } as never).catch((error) => {
    if (!(error instanceof PlanTaken)) throw error
  })
  return plan
}

class PlanTaken extends Error {}

const viewer = () => ({ userId: ids.user, organizationIds: null })
const hash = '0'.repeat(64)

test.for<[string, (database: Database) => Promise<unknown>]>([
  ['the caller', (database) => authenticate(database, { token: 'x', isCookie: false })],
  ['the caller and their membership', (database) => identify(database, { token: 'x', isCookie: false }, 'plans-7')],
  ['the account', (database) => getAccount(database, ids.user)],
  ['organizations', (database) => listOrganizationsOf(database, viewer(), null, 51)],
  ['roles', (database) => listStandings(database, viewer())],
  ['locks of organizations', (database) => lockOrganizationsOf(database, ids.user)],
  ['organizations of an account', (database) => listPlaces(database, ids.user)],
  ['members', (database) => listMembers(database, ids.organization)],
  ['a member', (database) => findMember(database, ids.organization, ids.user)],
  ['a member by address', (database) => findMemberByEmail(database, ids.organization, 'x@plans.example')],
  ['owners', (database) => countOwners(database, ids.organization)],
  [
    'whether a stream may stay',
    (database) => mayStay(database, { organizationId: ids.organization, credentialId: ids.user }),
  ],
  ['invites', (database) => listInvitesOf(database, ids.organization)],
  ['an offer', (database) => findOffer(database, hash)],
  ['keys', (database) => listKeys(database, ids.user)],
  ['sessions', (database) => listSessionsOf(database, ids.user)],
  ['ending a session', (database) => deleteSession(database, ids.user, ids.user)],
  ['ending the oldest sessions', (database) => removeSessionsBeyond(database, ids.user, 200)],
  ['a parked login', (database) => findLoginUser(database, 'code', hash)],
  ['taking a login', (database) => takeLogin(database, { kind: 'code', secretHash: hash, userId: ids.user })],
])('%s: read from indexes', async ([, run]) => {
  const plan = await planOf(run)
  expect(plan).toMatch(/Index/)
  expect(plan).not.toMatch(/Seq Scan/)
})

test('audit events are read from their index in order, without a sort', async () => {
  const plan = await planOf((database) =>
    listEventsOf(database, ids.organization, { createdAt: new Date(), id: ids.user }, 51),
  )
  expect(plan).toMatch(/audit_events_of_organization/)
  expect(plan).not.toMatch(/Seq Scan|Sort/)
})
