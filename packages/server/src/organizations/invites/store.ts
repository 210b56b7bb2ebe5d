/** The store of invites. An ended invite keeps only the hash of its token and its end. */
import type { Database } from '../../platform/database/transaction.ts'

export interface InviteRow {
  readonly id: string
  readonly email: string
  readonly role: 'member' | 'admin'
  readonly expires_at: Date
}

const columns = 'id, email, role, expires_at'

/** Lists live invites, newest first. */
export async function listInvitesOf(database: Database, organizationId: string): Promise<readonly InviteRow[]> {
  const { rows } = await database.query<InviteRow>(
    `select ${columns} from invites where organization_id = $1 and expires_at > now() order by created_at desc, id desc`,
    [organizationId],
  )
  return rows
}

export async function countLiveInvites(database: Database, organizationId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'select count(*)::int as count from invites where organization_id = $1 and expires_at > now()',
    [organizationId],
  )
  return rows[0]?.count ?? 0
}

export interface NewInvite {
  readonly id: string
  readonly organizationId: string
  readonly email: string
  readonly role: 'member' | 'admin'
  readonly tokenHash: string
  readonly invitedBy: string
  readonly days: number
}

/**
 * Inserts an invite, or replaces an expired one. Returns undefined if the address has a live one.
 */
export async function insertInvite(database: Database, invite: NewInvite): Promise<InviteRow | undefined> {
  const { rows } = await database.query<InviteRow>(
    `with replaced as (
       insert into ended_invites (token_hash, how)
       select token_hash, 'expired' from invites where organization_id = $2 and email = $3 and expires_at <= now() on conflict do nothing)
     insert into invites as i (id, organization_id, email, role, token_hash, invited_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, date_trunc('milliseconds', now()) + make_interval(days => $7))
     on conflict (organization_id, email) do update
       set id = excluded.id, role = excluded.role, token_hash = excluded.token_hash, invited_by = excluded.invited_by,
           created_at = excluded.created_at, expires_at = excluded.expires_at
       where i.expires_at <= now()
     returning ${columns}`,
    [invite.id, invite.organizationId, invite.email, invite.role, invite.tokenHash, invite.invitedBy, invite.days],
  )
  return rows[0]
}

/** Ends an invite. Returns undefined if the organization has no such live one. */
export async function endInvite(
  database: Database,
  { organizationId, id, how }: { readonly organizationId: string; readonly id: string; readonly how: InviteEnd },
): Promise<InviteRow | undefined> {
  const { rows } = await database.query<InviteRow>(
    `with gone as (delete from invites where id = $1 and organization_id = $2 and expires_at > now() returning ${columns}, token_hash),
          kept as (insert into ended_invites (token_hash, how) select token_hash, $3 from gone)
     select ${columns} from gone`,
    [id, organizationId, how],
  )
  return rows[0]
}

export type InviteEnd = 'accepted' | 'revoked' | 'expired'

/** Returns how an invite ended; undefined if it never existed, or ended over a month ago. */
export async function findEnd(database: Database, tokenHash: string): Promise<InviteEnd | undefined> {
  const { rows } = await database.query<{ how: InviteEnd }>(
    `select how from ended_invites where token_hash = $1
     union all select 'expired' from invites where token_hash = $1 and expires_at <= now()`,
    [tokenHash],
  )
  return rows[0]?.how
}

/**
 * Removes expired invites, and old records of ended ones. Returns the number of expired invites.
 */
export async function removeDeadInvites(database: Database): Promise<number> {
  await database.query("delete from ended_invites where ended_at < now() - interval '30 days'")
  const { rowCount } = await database.query(
    `with gone as (delete from invites where expires_at < now() returning token_hash)
     insert into ended_invites (token_hash, how) select token_hash, 'expired' from gone`,
  )
  return rowCount ?? 0
}

export interface InviteOffer extends InviteRow {
  readonly organization_id: string
  readonly slug: string
  readonly organization_name: string
  readonly invited_by: string | null
}

/** Finds the live invite of a token. */
export async function findOffer(database: Database, tokenHash: string): Promise<InviteOffer | undefined> {
  const { rows } = await database.query<InviteOffer>(
    `select i.id, i.email, i.role, i.expires_at, i.organization_id, o.slug, o.name as organization_name,
            coalesce(u.name, u.email) as invited_by
       from invites i join organizations o on o.id = i.organization_id join users u on u.id = i.invited_by
      where i.token_hash = $1 and i.expires_at > now()`,
    [tokenHash],
  )
  return rows[0]
}

/** Returns the address of the user who accepts an invite; undefined if the account was deleted. */
export async function findEmailOf(database: Database, userId: string): Promise<string | undefined> {
  const { rows } = await database.query<{ email: string }>('select email from users where id = $1', [userId])
  return rows[0]?.email
}
