import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { holdUser } from '../../identity/accounts/hold-user.ts'
import { lockOrganization } from '../../organizations/lifecycle/locks.ts'
import { organizationNotFound } from '../../organizations/lifecycle/organization-gone.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, transaction } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { type Coupon, isClaimed, lockCoupon, writeRedemption } from './coupons.ts'
import { writeCredit } from './ledger.ts'

interface Redeeming {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
}

/** Who redeems, and for whom. */
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
 * Books a coupon's credit for the organization, once. Throws 404 `coupon_not_found`, 409 `coupon_already_claimed`, 422 `coupon_expired` or
 * `coupon_exhausted`, and 429 after ten failures of the organization or the user within an hour (G35).
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
  // The order of locks of an account's deletion: organizations, then the user.
  if (!(await lockOrganization(client, organizationId))) throw organizationNotFound()
  await holdUser(client, userId)
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
