import type pg from 'pg'
import { type Actor, actorOf, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import type { SessionCookies } from '../../platform/http/authorization/session-cookies.ts'
import { type Handlers, operation } from '../../platform/http/index.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { type AccountDeletionServices, deleteAccount } from './delete-account.ts'
import { presentAccount } from './present.ts'
import { type AccountRow, getAccount, setName } from './store.ts'

export interface AccountServices extends AccountDeletionServices {
  readonly sessionCookies: SessionCookies
}

/** The caller's own account. */
export function accountRoutes(
  services: AccountServices,
): Pick<Handlers, 'getCurrentUser' | 'updateCurrentUser' | 'deleteCurrentUser'> {
  const { pool, sessionCookies } = services
  return {
    getCurrentUser: operation('getCurrentUser', async ({ caller }) => ({
      status: 200,
      body: presentAccount(await getAccount(pool, caller.userId)),
    })),
    updateCurrentUser: operation('updateCurrentUser', async (context) => {
      const { caller, body } = context
      const account = await rename(pool, actorOf(context), caller.userId, body.name)
      return { status: 200, body: presentAccount(account) }
    }),
    deleteCurrentUser: operation('deleteCurrentUser', async (context) => {
      await deleteAccount(services, actorOf(context), context.caller.userId)
      return { status: 204, headers: { 'set-cookie': sessionCookies.clear() } }
    }),
  }
}

/** Changes the display name of an account. */
async function rename(pool: pg.Pool, actor: Actor, userId: string, given: string): Promise<AccountRow> {
  const errors = new FieldErrors()
  const name = given.trim()
  errors.length('name', name, 1, 255)
  errors.throwIfAny('user_name_invalid')
  return transaction(pool, async (client) => {
    await setName(client, userId, name)
    await recordAudit(client, actor, { organizationId: null, action: 'account.renamed', subject: userId })
    return getAccount(client, userId)
  })
}
