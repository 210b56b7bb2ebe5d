import type pg from 'pg'
import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Handlers, operation } from '../../platform/http/index.ts'
import type { SessionCookies } from '../../platform/http/session-cookies.ts'
import { deleteAccount } from './delete-account.ts'
import { presentAccount } from './present.ts'
import { renameAccount } from './rename-account.ts'
import { getAccount } from './store.ts'

export interface AccountServices {
  readonly pool: pg.Pool
  readonly sessionCookies: SessionCookies
}

/** The caller's own account. */
export function accountRoutes({
  pool,
  sessionCookies,
}: AccountServices): Pick<Handlers, 'getCurrentUser' | 'updateCurrentUser' | 'deleteCurrentUser'> {
  return {
    getCurrentUser: operation('getCurrentUser', async ({ caller }) => ({
      status: 200,
      body: presentAccount(await getAccount(pool, caller.userId)),
    })),
    updateCurrentUser: operation('updateCurrentUser', async (context) => {
      const { caller, body } = context
      const account = await renameAccount(pool, actorOf(context), caller.userId, body.name)
      return { status: 200, body: presentAccount(account) }
    }),
    deleteCurrentUser: operation('deleteCurrentUser', async (context) => {
      await deleteAccount(pool, actorOf(context), context.caller.userId)
      return { status: 204, headers: { 'set-cookie': sessionCookies.clear() } }
    }),
  }
}
