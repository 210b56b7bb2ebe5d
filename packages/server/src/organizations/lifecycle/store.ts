import type { Database } from '../../platform/database/transaction.ts'
import { apiError, type Role } from '../../platform/http/index.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'

export interface OrganizationRow {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly url: string | null
  readonly members_can_create_pipelines: boolean
  readonly egress_ceiling: readonly string[] | null
  readonly created_at: Date
}

const columns = 'o.id, o.slug, o.name, o.url, o.members_can_create_pipelines, o.egress_ceiling, o.created_at'

/** A user, and the organizations that their credential includes. */
export interface Viewer {
  readonly userId: string
  /** null: all of the user's. */
  readonly organizationIds: readonly string[] | null
}

/** Lists the user's organizations after a key, oldest first. */
export async function listOrganizationsOf(
  database: Database,
  viewer: Viewer,
  after: AgeKey | null,
  limit: number,
): Promise<readonly OrganizationRow[]> {
  const { rows } = await database.query<OrganizationRow>(
    `select ${columns}
       from memberships m join organizations o on o.id = m.organization_id
      where m.user_id = $1 and ($2::timestamptz is null or (o.created_at, o.id) > ($2, $3::uuid))
        and ($5::uuid[] is null or o.id = any($5))
      order by o.created_at, o.id
      limit $4`,
    [viewer.userId, after?.createdAt ?? null, after?.id ?? null, limit, viewer.organizationIds],
  )
  return rows
}

interface StandingRow {
  readonly slug: string
  readonly name: string
  readonly role: Role
  readonly membersCanCreatePipelines: boolean
}

/** Lists the user's role in each of their organizations, oldest first. */
export async function listStandings(database: Database, viewer: Viewer): Promise<readonly StandingRow[]> {
  const { rows } = await database.query<StandingRow>({
    name: 'list-standings',
    text: `select o.slug, o.name, m.role, o.members_can_create_pipelines as "membersCanCreatePipelines"
             from memberships m join organizations o on o.id = m.organization_id
            where m.user_id = $1 and ($2::uuid[] is null or o.id = any($2))
            order by o.created_at, o.id`,
    values: [viewer.userId, viewer.organizationIds],
  })
  return rows
}

/** Returns the ids of the user's organizations that the credential includes, by slug. */
export async function findIdsBySlug(
  database: Database,
  viewer: Viewer,
  slugs: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.query<{ id: string; slug: string }>(
    `select o.id, o.slug
       from memberships m join organizations o on o.id = m.organization_id
      where m.user_id = $1 and o.slug = any($2) and ($3::uuid[] is null or o.id = any($3))`,
    [viewer.userId, slugs, viewer.organizationIds],
  )
  return new Map(rows.map(({ slug, id }) => [slug, id]))
}

/** Throws 404 when the organization was deleted since the caller's membership was found. */
export async function getOrganizationById(database: Database, id: string): Promise<OrganizationRow> {
  const { rows } = await database.query<OrganizationRow>(
    `select ${columns} from organizations o where o.id = $1 and o.deleted_at is null`,
    [id],
  )
  const [row] = rows
  if (row === undefined) throw organizationNotFound()
  return row
}

export interface NewOrganization {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly url: string | null
  readonly personalOf: string | null
}

/** Returns undefined if the slug is taken. */
export async function insertOrganization(
  database: Database,
  organization: NewOrganization,
): Promise<OrganizationRow | undefined> {
  const { id, slug, name, url, personalOf } = organization
  const { rows } = await database.query<OrganizationRow>(
    `insert into organizations as o (id, slug, name, url, personal_of) values ($1, $2, $3, $4, $5)
     on conflict (slug) do nothing returning ${columns}`,
    [id, slug, name, url, personalOf],
  )
  return rows[0]
}

/** Makes the user an owner, regardless of their previous role. */
export async function ensureOwner(database: Database, organizationId: string, userId: string): Promise<void> {
  await database.query(
    `insert into memberships (organization_id, user_id, role) values ($1, $2, 'owner')
     on conflict (user_id, organization_id) do update set role = 'owner'`,
    [organizationId, userId],
  )
}

export interface OrganizationChange {
  readonly name?: string
  readonly url?: string | null
  readonly membersCanCreatePipelines?: boolean
  /** null: removes the ceiling. */
  readonly egressCeiling?: readonly string[] | null
}

/** Changes the given fields. Returns the changed organization; undefined if it was deleted. */
export async function changeOrganization(
  database: Database,
  id: string,
  change: OrganizationChange,
): Promise<OrganizationRow | undefined> {
  const { rows } = await database.query<OrganizationRow>(
    `update organizations o
        set name = coalesce($2, o.name), url = case when $3 then $4 else o.url end,
            members_can_create_pipelines = coalesce($5, o.members_can_create_pipelines),
            egress_ceiling = case when $6 then $7::text[] else o.egress_ceiling end
      where o.id = $1 and o.deleted_at is null
      returning ${columns}`,
    [
      id,
      change.name ?? null,
      change.url !== undefined,
      change.url ?? null,
      change.membersCanCreatePipelines ?? null,
      change.egressCeiling !== undefined,
      change.egressCeiling ?? null,
    ],
  )
  return rows[0]
}

/** Returns whether the organization is deleted with its user's account only. */
export async function isPersonal(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query('select 1 from organizations where id = $1 and personal_of is not null', [
    id,
  ])
  return rowCount === 1
}

/**
 * Locks an organization against changes of its members until the transaction ends; it is the
 * transaction's first lock (`http.md` 6). Rows that only refer to the organization are not blocked.
 * Returns false if the organization was deleted.
 */
export async function lockOrganization(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'lock-organization',
    text: 'select 1 from organizations where id = $1 and deleted_at is null for no key update',
    values: [id],
  })
  return rowCount === 1
}

/**
 * Locks all organizations of a user, in the order of their ids, so that two transactions that lock
 * the same ones cannot deadlock. Returns the ids.
 */
export async function lockOrganizationsOf(database: Database, userId: string): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select o.id from organizations o
      where o.deleted_at is null and exists (select 1 from memberships m where m.organization_id = o.id and m.user_id = $1)
      order by o.id for no key update`,
    [userId],
  )
  return rows.map(({ id }) => id)
}

/**
 * Returns the 404 for non-members, which is the same as for an organization that does not exist.
 */
export function organizationNotFound(): Error {
  return apiError('organization_not_found', 'Organization not found, or you are not a member.')
}
