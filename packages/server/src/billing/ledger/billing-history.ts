import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'

/**
 * Throws 409 `account_has_billing_history` for a user whose name stands for money that came in: who
 * redeemed a coupon or paid.
 */
export async function requireNoBillingHistory(database: Database, userId: string): Promise<void> {
  const { rowCount } = await database.query(
    `(select from coupon_redemptions where user_id = $1 limit 1) union all
     (select from checkouts where user_id = $1 and state = 'complete' limit 1)`,
    [userId],
  )
  if (rowCount === 0) return
  throw apiError(
    'account_has_billing_history',
    'This account redeemed a coupon or paid, so it is kept for accounting. Leave its organizations and remove its keys and passkeys instead.',
  )
}
