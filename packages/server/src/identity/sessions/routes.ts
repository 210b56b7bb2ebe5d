import type pg from 'pg'
import { actorOf } from '../../platform/audit/record-audit.ts'
import type { SessionCookies } from '../../platform/http/authorization/session-cookies.ts'
import { type Handlers, operation, uuidOrNone } from '../../platform/http/index.ts'
import { currentSession } from './current-session.ts'
import { endSession, endSessions, logOut } from './end-sessions.ts'
import { presentSession } from './present.ts'
import { listSessionsOf } from './store.ts'

type SessionOperation = 'listSessions' | 'revokeSession' | 'revokeSessions' | 'logout' | 'getSession'

/** Sessions of the caller, and the one of the request. */
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
