import type { Database } from '../../platform/database/transaction.ts'
import { unauthorized } from '../../platform/http/index.ts'

/** Keeps the user's account from being deleted until the end of the transaction. Throws 401 when it is gone already. */
export async function holdUser(database: Database, userId: string): Promise<void> {
  const { rowCount } = await database.query('select from users where id = $1 for key share', [userId])
  if (rowCount === 0) throw unauthorized('The account of this credential no longer exists')
}
