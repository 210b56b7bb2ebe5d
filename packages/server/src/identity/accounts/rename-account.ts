import type pg from 'pg'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { transaction } from '../../platform/database/transaction.ts'
import { FieldErrors } from '../../platform/input/field-errors.ts'
import { type AccountRow, getAccount, setName } from './store.ts'

/** Gives an account another display name. */
export async function renameAccount(pool: pg.Pool, actor: Actor, userId: string, given: string): Promise<AccountRow> {
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
