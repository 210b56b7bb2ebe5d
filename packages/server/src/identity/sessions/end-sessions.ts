import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError, type Caller } from '../../platform/http/index.ts'
import { lockUser } from '../accounts/store.ts'
import { deleteKey } from '../api-tokens/store.ts'
import { deleteSession, deleteSessionsOf } from './store.ts'

/** Ends one session of the caller, and the CLI logins that it parked. Throws 404. */
export async function endSession(pool: pg.Pool, actor: Actor, caller: Caller, id: string): Promise<void> {
  await transaction(pool, async (client) => {
    await lockUser(client, caller.userId)
    if (!(await deleteSession(client, caller.userId, id)))
      throw apiError('session_not_found', 'You have no session with this id.')
    await recordAudit(client, actor, { organizationId: null, action: 'session.ended', subject: id })
  })
}

/** Ends all sessions of the caller; includes the session of the request only with `withCurrent`. */
export async function endSessions(
  pool: pg.Pool,
  actor: Actor,
  caller: Caller,
  { withCurrent }: { readonly withCurrent: boolean },
): Promise<void> {
  const exceptId = withCurrent || caller.kind !== 'session' ? null : caller.credentialId
  await transaction(pool, async (client) => {
    await lockUser(client, caller.userId)
    const count = await deleteSessionsOf(client, caller.userId, exceptId)
    if (count > 0) {
      const details = { count, with_current: exceptId === null }
      await recordAudit(client, actor, { organizationId: null, action: 'session.all_ended', details })
    }
  })
}

/** Removes the credential of the request, unless a concurrent request has removed it. */
export async function logOut(pool: pg.Pool, actor: Actor, caller: Caller): Promise<void> {
  const remove = caller.kind === 'session' ? deleteSession : deleteKey
  const action = caller.kind === 'session' ? 'session.logged_out' : 'api_token.logged_out'
  await transaction(pool, async (client) => {
    await lockUser(client, caller.userId)
    if (await remove(client, caller.userId, caller.credentialId))
      await recordAudit(client, actor, { organizationId: null, action, subject: caller.credentialId })
  })
}
