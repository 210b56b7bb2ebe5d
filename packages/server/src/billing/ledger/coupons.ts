/** Coupons: codes that organizations redeem for credit, once each. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { preventDeletion } from '../../identity/accounts/store.ts'
import { lockOrganization, organizationNotFound } from '../../organizations/lifecycle/store.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { writeCredit } from './ledger.ts'

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

/** Returns the unique form of a code: in lower case, without surrounding white space. */
function couponKey(code: string): string {
  return code.trim().toLowerCase()
}

/** Inserts a coupon. Returns false if its code already exists. */
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

/** Locks the coupon of a code against other redemptions until the transaction ends. */
async function lockCoupon(database: Database, code: string): Promise<Coupon | undefined> {
  const { rows } = await database.query<Coupon>(`select ${columns} from coupons where code_key = $1 for update`, [
    couponKey(code),
  ])
  return rows[0]
}

/** Lists all coupons, newest first. */
export async function listCoupons(database: Database): Promise<readonly Coupon[]> {
  const { rows } = await database.query<Coupon>(`select ${columns} from coupons order by created_at desc, id`)
  return rows
}

async function isClaimed(database: Database, couponId: string, organizationId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'select from coupon_redemptions where coupon_id = $1 and organization_id = $2',
    [couponId, organizationId],
  )
  return rowCount === 1
}

interface Redemption {
  readonly couponId: string
  readonly organizationId: string
  readonly userId: string
  readonly entryId: string
}

/** Writes and counts a redemption of a locked coupon. Its ledger entry must exist. */
async function writeRedemption(database: Database, redemption: Redemption): Promise<void> {
  const { couponId, organizationId, userId, entryId } = redemption
  await database.query('update coupons set redemptions = redemptions + 1 where id = $1', [couponId])
  await database.query(
    'insert into coupon_redemptions (coupon_id, organization_id, user_id, entry_id) values ($1, $2, $3, $4)',
    [couponId, organizationId, userId, entryId],
  )
}

interface Redeeming {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
}

interface Redeemer {
  readonly actor: Actor
  readonly userId: string
  readonly organizationId: string
}

interface Redeemed {
  readonly credit_cents: number
  readonly balance_cents: number
}

const refusals = {
  coupon_not_found: 'Coupon not found; check the spelling of `code`.',
  coupon_already_claimed: 'This organization has already redeemed the coupon; its credit is in the balance.',
  coupon_expired: 'The coupon has expired; ask whoever gave it to you for another one.',
  coupon_exhausted: 'The coupon has no uses left; ask whoever gave it to you for another one.',
} as const

type Refusal = keyof typeof refusals

/**
 * Books a coupon's credit for the organization, once. Throws 404 `coupon_not_found`,
 * 409 `coupon_already_claimed`, 422 `coupon_expired` or `coupon_exhausted`, and 429 after ten
 * failures of the organization or the user within an hour (G35).
 */
export async function redeemCoupon({ pool, limiter }: Redeeming, by: Redeemer, code: string): Promise<Redeemed> {
  await limiter.check('coupon_failures_organization', by.organizationId)
  await limiter.check('coupon_failures_user', by.userId)
  const answer = await transaction(pool, (client) => redeem(client, by, code))
  if (typeof answer !== 'string') return answer
  await limiter.note('coupon_failures_organization', by.organizationId)
  await limiter.note('coupon_failures_user', by.userId)
  throw apiError(answer, refusals[answer])
}

async function redeem(client: Database, by: Redeemer, code: string): Promise<Redeemed | Refusal> {
  const { actor, userId, organizationId } = by
  // Locks in the same order as the deletion of an account: the organization, then the user.
  if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
  await preventDeletion(client, userId)
  const coupon = await lockCoupon(client, code)
  if (coupon === undefined) return 'coupon_not_found'
  if (await isClaimed(client, coupon.id, organizationId)) return 'coupon_already_claimed'
  const refusal = refusalOf(coupon, new Date())
  if (refusal !== null) return refusal
  const entryId = randomUUID()
  const amountCents = coupon.creditCents
  const entry = {
    id: entryId,
    organizationId,
    amountCents,
    source: 'coupon_redemption',
    description: coupon.code,
  } as const
  const balanceCents = await writeCredit(client, entry)
  await writeRedemption(client, { couponId: coupon.id, organizationId, userId, entryId })
  const details = { code: coupon.code, amount_cents: amountCents }
  await recordAudit(client, actor, { organizationId, action: 'coupon.redeemed', subject: entryId, details })
  return { credit_cents: amountCents, balance_cents: balanceCents }
}

function refusalOf({ expiresAt, redemptions, maxRedemptions }: Coupon, now: Date): Refusal | null {
  if (expiresAt !== null && expiresAt <= now) return 'coupon_expired'
  return redemptions >= maxRedemptions ? 'coupon_exhausted' : null
}
