import type pg from 'pg'
import { requireNoBillingHistory } from '../../billing/ledger/billing-history.ts'
import { lockOrganizationsOf } from '../../organizations/lifecycle/locks.ts'
import { retireOrganization } from '../../organizations/lifecycle/retire-organization.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, sqlStateOf, transaction } from '../../platform/database/transaction.ts'
import { apiError, unauthorized } from '../../platform/http/index.ts'
import { queueMail } from '../../platform/mail/queue-mail.ts'
import { accountDeletedNotice } from './account-deleted-notice.ts'
import { deleteUser, listPlaces, lockUserForDeletion, type Place } from './deletion-store.ts'

const deadlock = '40P01'

/** The user came into an organization that is not locked, between the look for those and the lock of the user. */
class JoinedMeanwhile extends Error {}

/**
 * Deletes an account, with the organizations that have no other member (`http.md` 9). Throws 409 `last_owner` when one with other members would lose its
 * last owner (G34), `account_has_billing_history` for whoever brought money in, and 401 when the account is gone already.
 */
export async function deleteAccount(pool: pg.Pool, actor: Actor, userId: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(pool, (client) => attempt(client, actor, userId))
    } catch (error) {
      const mayGoBetter = error instanceof JoinedMeanwhile || sqlStateOf(error) === deadlock
      if (!mayGoBetter || tries === 10) throw error
    }
  }
}

async function attempt(client: Database, actor: Actor, userId: string): Promise<void> {
  await requireNoBillingHistory(client, userId)
  // Nobody can come or go where the user is; and two deletions at once wait here for each other, in one order.
  const locked = new Set(await lockOrganizationsOf(client, userId))
  const places = (await listPlaces(client, userId)).filter(({ id }) => locked.has(id))
  requireOtherOwners(places)
  for (const place of places) {
    if (place.others === 0) await retireOrganization(client, actor, place)
    else await recordLeaving(client, actor, userId, place)
  }
  // After the organizations: whoever holds a row of theirs may be about to refer to the user.
  const email = await lockUserForDeletion(client, userId)
  if (email === undefined) throw unauthorized('The account of this credential no longer exists')
  // Again, now that nobody can redeem anything in the user's name.
  await requireNoBillingHistory(client, userId)
  if ((await listPlaces(client, userId)).some(({ id }) => !locked.has(id))) throw new JoinedMeanwhile()
  await recordAudit(client, actor, { organizationId: null, action: 'account.deleted', subject: userId })
  await queueMail(client, accountDeletedNotice(email, actor))
  await deleteUser(client, userId)
}

function requireOtherOwners(places: readonly Place[]): void {
  const kept = places.filter(({ role, others, otherOwners }) => role === 'owner' && others > 0 && otherOwners === 0)
  if (kept.length === 0) return
  const slugs = kept.map(({ slug }) => slug)
  throw apiError(
    'last_owner',
    `You are the only owner of ${slugs.map((slug) => `\`${slug}\``).join(', ')}, which has other members. Make one of them an owner, remove them, or delete the organization.`,
    { errors: slugs.map((slug) => ({ field: `organizations.${slug}`, message: 'would have no owner left' })) },
  )
}

async function recordLeaving(client: Database, actor: Actor, userId: string, { id, role }: Place): Promise<void> {
  const details = { from: role, account_deleted: true }
  await recordAudit(client, actor, { organizationId: id, action: 'member.left', subject: userId, details })
}
