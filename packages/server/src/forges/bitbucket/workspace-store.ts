/** Workspaces that organizations have connected. */
import type { Database } from '../../platform/database/transaction.ts'

/** A workspace as Bitbucket tells of it. */
export interface WorkspaceFacts {
  readonly uuid: string
  readonly slug: string
  readonly name: string
}

export interface Workspace extends WorkspaceFacts {
  readonly id: string
  /** null: it was freed. */
  readonly organizationId: string | null
  readonly grantId: string
}

const columns = 'id, uuid, slug, name, organization_id as "organizationId", grant_id as "grantId"'

/** By our own id. */
export async function findWorkspace(database: Database, id: string): Promise<Workspace | undefined> {
  const { rows } = await database.query<Workspace>(`select ${columns} from bitbucket_workspaces where id = $1`, [id])
  return rows[0]
}

/** By Bitbucket's id. */
export async function findByUuid(database: Database, uuid: string): Promise<Workspace | undefined> {
  const { rows } = await database.query<Workspace>(`select ${columns} from bitbucket_workspaces where uuid = $1`, [
    uuid,
  ])
  return rows[0]
}

/** The organization's own, by name. */
export async function listBoundWorkspaces(database: Database, organizationId: string): Promise<readonly Workspace[]> {
  const { rows } = await database.query<Workspace>(
    `select ${columns} from bitbucket_workspaces where organization_id = $1 order by name, id`,
    [organizationId],
  )
  return rows
}

/** By its slug; undefined: it is not bound to this organization. */
export async function findBoundWorkspace(
  database: Database,
  organizationId: string,
  slug: string,
): Promise<Workspace | undefined> {
  const { rows } = await database.query<Workspace>(
    `select ${columns} from bitbucket_workspaces where organization_id = $1 and slug = $2`,
    [organizationId, slug],
  )
  return rows[0]
}

/** Binds a workspace that nobody else holds. Undefined: another organization does. */
export async function bindWorkspace(
  database: Database,
  { uuid, slug, name }: WorkspaceFacts,
  organizationId: string,
  grantId: string,
): Promise<Workspace | undefined> {
  const { rows } = await database.query<Workspace>(
    `insert into bitbucket_workspaces as w (uuid, slug, name, organization_id, grant_id) values ($1, $2, $3, $4, $5)
     on conflict (uuid) do update
        set slug = excluded.slug, name = excluded.name, organization_id = excluded.organization_id, grant_id = excluded.grant_id
      where w.organization_id is null or w.organization_id = excluded.organization_id
     returning ${columns}`,
    [uuid, slug, name, organizationId, grantId],
  )
  return rows[0]
}

/** Frees it. False: it was not bound to this organization. */
export async function freeWorkspace(database: Database, id: string, organizationId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'update bitbucket_workspaces set organization_id = null where id = $1 and organization_id = $2',
    [id, organizationId],
  )
  return rowCount === 1
}

/** Frees all that an organization holds, for when it is deleted. */
export async function freeWorkspacesOf(database: Database, organizationId: string): Promise<void> {
  await database.query(
    `with freed as (update bitbucket_workspaces set organization_id = null where organization_id = $1 returning id)
     select graphile_worker.add_job('bitbucket_leave', json_build_object('workspace_id', id::text), job_key => 'bitbucket_leave:' || id) from freed`,
    [organizationId],
  )
}

/** Forgets a freed workspace with its repositories. False: somebody has connected it meanwhile. */
export async function removeFreed(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'delete from bitbucket_workspaces where id = $1 and organization_id is null',
    [id],
  )
  return rowCount === 1
}

/** Notes how a sync went; `problem` null: well. */
export async function noteWorkspaceSync(database: Database, id: string, problem: string | null): Promise<void> {
  await database.query(
    `update bitbucket_workspaces
        set sync_problem = $2, synced_at = case when $2::text is null then date_trunc('milliseconds', now()) else synced_at end
      where id = $1`,
    [id, problem],
  )
}

/** Has a workspace read anew, or its webhooks removed; asked for again before that begins, it is done once. */
export async function queueWorkspace(
  database: Database,
  task: 'bitbucket_sync' | 'bitbucket_leave',
  id: string,
  afterSeconds = 0,
): Promise<void> {
  await database.query(
    `select graphile_worker.add_job($1, json_build_object('workspace_id', $2::text), job_key => $1 || ':' || $2,
       run_at => now() + make_interval(secs => $3))`,
    [task, id, afterSeconds],
  )
}
