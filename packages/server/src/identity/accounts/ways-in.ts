import type { Database } from '../../platform/database/transaction.ts'

/** Whether the account could still be signed in to: with a passkey that is not locked, or with a linked account. To be asked after `lockUser`. */
export async function hasWayIn(database: Database, userId: string): Promise<boolean> {
  const { rows } = await database.query<{ has_way_in: boolean }>(
    `select exists (select 1 from passkeys where user_id = $1 and locked_at is null)
         or exists (select 1 from identities where user_id = $1) as has_way_in`,
    [userId],
  )
  return rows[0]?.has_way_in ?? false
}
