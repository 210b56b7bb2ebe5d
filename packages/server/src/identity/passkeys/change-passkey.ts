import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { hasWayIn, lockUser } from '../accounts/store.ts'
import { readNickname } from './nickname.ts'
import { type PasskeyRow, removePasskey, setNickname } from './store.ts'

/** Removes a passkey and the sessions that were started with it, unless the account would have no way in. Throws 404 and 409. */
export async function deletePasskey(pool: pg.Pool, actor: Actor, userId: string, id: string): Promise<void> {
  await transaction(pool, async (client) => {
    await lockUser(client, userId)
    const removed = await removePasskey(client, userId, id)
    if (removed === undefined) throw passkeyNotFound()
    if (!(await hasWayIn(client, userId)))
      throw apiError(
        'passkey_last_credential',
        'Without this passkey you could no longer sign in. Add another one or link an account first.',
      )
    await recordAudit(client, actor, {
      ...{ organizationId: null, action: 'passkey.deleted', subject: id, details: removed },
    })
  })
}

/** Renames a passkey. Throws 404 and 422. */
export async function renamePasskey(
  pool: pg.Pool,
  actor: Actor,
  userId: string,
  { id, nickname }: { readonly id: string; readonly nickname: string | null },
): Promise<PasskeyRow> {
  const name = readNickname(nickname)
  return transaction(pool, async (client) => {
    const row = await setNickname(client, userId, id, name)
    if (row === undefined) throw passkeyNotFound()
    await recordAudit(client, actor, {
      ...{ organizationId: null, action: 'passkey.renamed', subject: id, details: { nickname: name } },
    })
    return row
  })
}

function passkeyNotFound(): Error {
  return apiError('passkey_not_found', 'You have no passkey with this id.')
}
