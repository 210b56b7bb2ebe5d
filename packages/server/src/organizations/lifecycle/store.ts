import type { Database } from '../../platform/database/transaction.ts'
import type { Role } from '../../platform/http/index.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'
import { organizationNotFound } from './organization-gone.ts'

export interface OrganizationRow {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly url: string | null
  readonly members_can_create_pipelines: boolean
  readonly created_at: Date
}

const columns = 'o.id, o.slug, o.name, o.url, o.members_can_create_pipelines, o.created_at'

/** Whose organizations, and which of them the credential shows; null = all. */
export interface Viewer {
  readonly userId: string
  readonly organizationIds: readonly string[] | null
}

/** The user's organizations after a key, oldest first. */
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

/** What the user is in each of their organizations, oldest first. */
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

/** Ids, by slug, of those organizations that the user is a member of and the credential shows. */
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

/** Throws 404 when it was deleted since the caller's membership in it was found. */
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

/** Undefined: the slug is taken. */
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

/** Makes the user an owner, whatever they were before. */
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
}

/** Changes what is given, and gives the organization as it is then. */
export async function changeOrganization(
  database: Database,
  id: string,
  change: OrganizationChange,
): Promise<OrganizationRow | undefined> {
  const { rows } = await database.query<OrganizationRow>(
    `update organizations o
        set name = coalesce($2, o.name), url = case when $3 then $4 else o.url end,
            members_can_create_pipelines = coalesce($5, o.members_can_create_pipelines)
      where o.id = $1 and o.deleted_at is null
      returning ${columns}`,
    [id, change.name ?? null, change.url !== undefined, change.url ?? null, change.membersCanCreatePipelines ?? null],
  )
  return rows[0]
}

/** Whether an organization goes with its user's account only. */
export async function isPersonal(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query('select 1 from organizations where id = $1 and personal_of is not null', [
    id,
  ])
  return rowCount === 1
}
