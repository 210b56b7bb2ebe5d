/** Coupons and who redeemed them. */
import type { Database } from '../../platform/database/transaction.ts'

export interface NewCoupon {
  readonly id: string
  readonly code: string
  readonly creditCents: number
  readonly maxRedemptions: number
  readonly expiresAt: Date | null
}

export interface Coupon extends NewCoupon {
  readonly redemptions: number
}

/** What a code is looked for by: neither case nor white space around it counts. */
export function couponKey(code: string): string {
  return code.trim().toLowerCase()
}

/** False: there is a coupon of that code already. */
export async function insertCoupon(database: Database, coupon: NewCoupon): Promise<boolean> {
  const { id, code, creditCents, maxRedemptions, expiresAt } = coupon
  const { rowCount } = await database.query(
    `insert into coupons (id, code, code_key, credit_cents, max_redemptions, expires_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (code_key) do nothing`,
    [id, code, couponKey(code), creditCents, maxRedemptions, expiresAt],
  )
  return rowCount === 1
}

const columns = `id, code, credit_cents::float8 as "creditCents", max_redemptions as "maxRedemptions", redemptions,
  expires_at as "expiresAt"`

/** The coupon of a code, which nobody else can redeem until the transaction ends; undefined when there is none. */
export async function lockCoupon(database: Database, code: string): Promise<Coupon | undefined> {
  const { rows } = await database.query<Coupon>(`select ${columns} from coupons where code_key = $1 for update`, [
    couponKey(code),
  ])
  return rows[0]
}

/** All coupons, newest first. */
export async function listCoupons(database: Database): Promise<readonly Coupon[]> {
  const { rows } = await database.query<Coupon>(`select ${columns} from coupons order by created_at desc, id`)
  return rows
}

/** Whether the organization has redeemed the coupon. */
export async function isClaimed(database: Database, couponId: string, organizationId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'select from coupon_redemptions where coupon_id = $1 and organization_id = $2',
    [couponId, organizationId],
  )
  return rowCount === 1
}

export interface Redemption {
  readonly couponId: string
  readonly organizationId: string
  readonly userId: string
  readonly entryId: string
}

/** Counts and writes a redemption of a coupon that is locked; its ledger entry is there. */
export async function writeRedemption(database: Database, redemption: Redemption): Promise<void> {
  const { couponId, organizationId, userId, entryId } = redemption
  await database.query('update coupons set redemptions = redemptions + 1 where id = $1', [couponId])
  await database.query(
    'insert into coupon_redemptions (coupon_id, organization_id, user_id, entry_id) values ($1, $2, $3, $4)',
    [couponId, organizationId, userId, entryId],
  )
}
