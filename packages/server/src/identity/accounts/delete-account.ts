import type pg from 'pg'
import { type DeletionServices, lockOrganizationsOf, retireOrganization } from '../../organizations/index.ts'
import { type Actor, recordAudit } from '../../platform/audit/record-audit.ts'
import { type Database, sqlStateOf, transaction } from '../../platform/database/transaction.ts'
import { apiError, type Role } from '../../platform/http/index.ts'
import { type Mail, queueMail } from '../../platform/mail/queue-mail.ts'
import { accountGone } from './store.ts'

export interface AccountDeletionServices extends DeletionServices {
  readonly pool: pg.Pool
  /** Throws if another domain must keep the user. */
  readonly requireDeletable: (client: Database, userId: string) => Promise<void>
}

const deadlock = '40P01'

/** The user joined an organization after their organizations were locked. */
class JoinedMeanwhile extends Error {}

/**
 * Deletes an account, and the organizations that have no other member (`http.md` 9). Throws 409
 * `last_owner` if an organization with other members would lose its last owner (G34), 409
 * `account_has_billing_history` for a user who paid, and 401 if the account no longer exists.
 */
export async function deleteAccount(services: AccountDeletionServices, actor: Actor, userId: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await transaction(services.pool, (client) => attempt(services, client, actor, userId))
    } catch (error) {
      const isTransient = error instanceof JoinedMeanwhile || sqlStateOf(error) === deadlock
      if (!isTransient || tries === 10) throw error
    }
  }
}

async function attempt(
  services: AccountDeletionServices,
  client: Database,
  actor: Actor,
  userId: string,
): Promise<void> {
  await services.requireDeletable(client, userId)
  // The locks stop all changes of members, and two deletions take them in the same order.
  const locked = new Set(await lockOrganizationsOf(client, userId))
  const places = (await listPlaces(client, userId)).filter(({ id }) => locked.has(id))
  requireOtherOwners(places)
  for (const place of places) {
    if (place.others === 0) await retireOrganization(services, client, actor, place)
    else await recordLeaving(client, actor, userId, place)
  }
  // Locked after the organizations: a transaction that locked one may be about to refer to the
  // user.
  const email = await lockUserForDeletion(client, userId)
  if (email === undefined) throw accountGone()
  // Checked again under the lock, which excludes new payments by the user.
  await services.requireDeletable(client, userId)
  if ((await listPlaces(client, userId)).some(({ id }) => !locked.has(id))) throw new JoinedMeanwhile()
  await recordAudit(client, actor, { organizationId: null, action: 'account.deleted', subject: userId })
  await queueMail(client, accountDeletedMail(email, actor))
  // Foreign keys remove the sessions, credentials, logins, links, memberships and own invites.
  await client.query('delete from users where id = $1', [userId])
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

/** An organization of the user, with the number of its other members. */
interface Place {
  readonly id: string
  readonly slug: string
  readonly role: Role
  readonly others: number
  readonly otherOwners: number
}

/** Lists the user's organizations in the order of their ids. */
export async function listPlaces(database: Database, userId: string): Promise<readonly Place[]> {
  const { rows } = await database.query<Place>(
    `select o.id, o.slug, m.role, count(x.user_id)::int as others,
            (count(*) filter (where x.role = 'owner'))::int as "otherOwners"
       from memberships m join organizations o on o.id = m.organization_id
       left join memberships x on x.organization_id = m.organization_id and x.user_id <> m.user_id
      where m.user_id = $1
      group by o.id, o.slug, m.role order by o.id`,
    [userId],
  )
  return rows
}

/**
 * Locks the user against new references, and returns their address. Returns undefined if there is
 * no such user.
 */
async function lockUserForDeletion(database: Database, userId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ email: string }>('select email from users where id = $1 for update', [userId])
  return rows[0]?.email
}

function accountDeletedMail(to: string, { address, userAgent }: Actor): Mail {
  return {
    to,
    subject: 'Your Harmont account was deleted',
    paragraphs: [
      `The Harmont account ${to} was deleted, with its passkeys, sessions and API keys.`,
      'Organizations without other members were deleted with it; their pipelines, logs and archives are removed in 7 days.',
    ],
    link: null,
    askedBy: { address, userAgent, at: new Date() },
    otherwise: 'If this was not you, contact the operator of the server at once: the data can be recovered for 7 days.',
  }
}
