import type { components } from '@harmont/contract'
import type pg from 'pg'
import { listStandings } from '../../organizations/index.ts'
import { actorOf } from '../../platform/audit/record-audit.ts'
import type { Database } from '../../platform/database/transaction.ts'
import type { SessionCookies } from '../../platform/http/authorization/session-cookies.ts'
import {
  type Caller,
  type Complete,
  type Handlers,
  operation,
  permissionsOf,
  uuidOrNone,
} from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import { presentAccount } from '../accounts/present.ts'
import { getAccount } from '../accounts/store.ts'
import { endSession, endSessions, logOut } from './end-sessions.ts'
import { listSessionsOf, type SessionRow } from './store.ts'

type SessionOperation = 'listSessions' | 'revokeSession' | 'revokeSessions' | 'logout' | 'getSession'

/** The caller's sessions, and the credential of the request. */
export function sessionRoutes({
  pool,
  sessionCookies,
}: {
  readonly pool: pg.Pool
  readonly sessionCookies: SessionCookies
}): Pick<Handlers, SessionOperation> {
  const signedOut = { status: 204, headers: { 'set-cookie': sessionCookies.clear() } } as const
  return {
    getSession: operation('getSession', async ({ caller }) => ({
      status: 200,
      body: await currentSession(pool, caller),
    })),
    listSessions: operation('listSessions', async ({ caller }) => {
      const rows = await listSessionsOf(pool, caller.userId)
      return { status: 200, body: { sessions: rows.map((row) => presentSession(row, caller.credentialId)) } }
    }),
    revokeSession: operation('revokeSession', async (context) => {
      const id = uuidOrNone(context.params.id)
      await endSession(pool, actorOf(context), context.caller, id)
      return id === context.caller.credentialId ? signedOut : { status: 204 }
    }),
    revokeSessions: operation('revokeSessions', async (context) => {
      const withCurrent = context.query.current === 'true'
      await endSessions(pool, actorOf(context), context.caller, { withCurrent })
      return withCurrent ? signedOut : { status: 204 }
    }),
    logout: operation('logout', async (context) => {
      await logOut(pool, actorOf(context), context.caller)
      return signedOut
    }),
  }
}

/** Returns the caller, and the credential's permissions in each of their organizations. */
async function currentSession(
  database: Database,
  caller: Caller,
): Promise<Complete<components['schemas']['SessionResponse']>> {
  const account = await getAccount(database, caller.userId)
  const standings = await listStandings(database, caller)
  return {
    user: presentAccount(account),
    organizations: standings.map(({ slug, name, ...standing }) => ({
      slug,
      name,
      role: standing.role,
      permissions: permissionsOf(standing, caller.scopes),
    })),
    expires_at: formatOptionalInstant(caller.expiresAt),
  }
}

function presentSession(row: SessionRow, currentId: string): Complete<components['schemas']['Session']> {
  return {
    id: row.id,
    kind: row.kind,
    created_at: formatInstant(row.created_at),
    last_used_at: formatInstant(row.last_used_at),
    expires_at: formatInstant(row.expires_at),
    ip: row.address,
    user_agent: row.user_agent,
    current: row.id === currentId,
  }
}
