import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { hasWayIn, lockUser } from '../accounts/store.ts'
import { readProviderName } from './identity-provider.ts'
import { deleteIdentities, endSessionsWith } from './identity-store.ts'
import { providerTitles } from './mails.ts'

/** Unlinks a user's accounts at a provider, and ends what was signed in with them; gives the ids of those sessions. Throws 404, and 409 for the last way in. */
export async function unlinkIdentity(
  pool: pg.Pool,
  actor: Actor,
  userId: string,
  name: string,
): Promise<readonly string[]> {
  const provider = readProviderName(name)
  return transaction(pool, async (client) => {
    await lockUser(client, userId)
    const subjects = provider === undefined ? [] : await deleteIdentities(client, userId, provider)
    if (provider === undefined || subjects.length === 0)
      throw apiError('identity_not_found', 'You have no linked account at this provider.')
    if (!(await hasWayIn(client, userId)))
      throw apiError(
        'identity_last_credential',
        `Without the ${providerTitles[provider]} account you could not sign in. Add a passkey first.`,
      )
    const ended = await endSessionsWith(client, userId, provider)
    const details = { subjects, sessions_ended: ended.length }
    await recordAudit(client, actor, { organizationId: null, action: 'identity.unlinked', subject: provider, details })
    return ended
  })
}
