/** Workspaces that organizations have connected. */
import type { Database } from '../../platform/database/transaction.ts'
import { resetHooks } from './hooks.ts'

/** A workspace as Bitbucket describes it. */
export interface WorkspaceFacts {
  readonly uuid: string
  readonly slug: string
  readonly name: string
}

export interface Workspace extends WorkspaceFacts {
  readonly id: string
  /** null if it is unbound. */
  readonly organizationId: string | null
  readonly grantId: string
}

const columns = 'id, uuid, slug, name, organization_id as "organizationId", grant_id as "grantId"'

/** Finds a workspace by our id. */
export async function findWorkspace(database: Database, id: string): Promise<Workspace | undefined> {
  const { rows } = await database.query<Workspace>(`select ${columns} from bitbucket_workspaces where id = $1`, [id])
  return rows[0]
}

/** Finds a workspace by Bitbucket's id. */
export async function findByUuid(database: Database, uuid: string): Promise<Workspace | undefined> {
  const { rows } = await database.query<Workspace>(`select ${columns} from bitbucket_workspaces where uuid = $1`, [
    uuid,
  ])
  return rows[0]
}

/** Lists the workspaces of an organization, ordered by name. */
export async function listBoundWorkspaces(database: Database, organizationId: string): Promise<readonly Workspace[]> {
  const { rows } = await database.query<Workspace>(
    `select ${columns} from bitbucket_workspaces where organization_id = $1 order by name, id`,
    [organizationId],
  )
  return rows
}

/** Finds a workspace by slug if it is bound to this organization. */
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

/**
 * Binds a workspace, within a transaction. Returns undefined if another organization has connected
 * it.
 */
export async function bindWorkspace(
  database: Database,
  { uuid, slug, name }: WorkspaceFacts,
  organizationId: string,
  grantId: string,
): Promise<Workspace | undefined> {
  const before = await database.query<Workspace>(
    `select ${columns} from bitbucket_workspaces where uuid = $1 for update`,
    [uuid],
  )
  // The removal of an unbound workspace may have deleted any of its webhooks.
  for (const known of before.rows) if (known.organizationId === null) await resetHooks(database, known.id)
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

/** Unbinds a workspace. Returns false if it was not bound to this organization. */
export async function unbindWorkspace(database: Database, id: string, organizationId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'update bitbucket_workspaces set organization_id = null where id = $1 and organization_id = $2',
    [id, organizationId],
  )
  return rowCount === 1
}

/** Deletes a repository by our id, unless its workspace has been bound again. */
export async function removeUnboundRepository(database: Database, id: string): Promise<void> {
  await database.query(
    `delete from repositories r using bitbucket_workspaces w
      where r.id = $1 and w.id = r.bitbucket_workspace_id and w.organization_id is null`,
    [id],
  )
}

/** Unbinds all workspaces of an organization that is deleted, and queues their removal. */
export async function unbindWorkspacesOf(database: Database, organizationId: string): Promise<void> {
  await database.query(
    `with unbound as (update bitbucket_workspaces set organization_id = null where organization_id = $1 returning id)
     select graphile_worker.add_job('bitbucket_leave', json_build_object('workspace_id', id::text), job_key => 'bitbucket_leave:' || id) from unbound`,
    [organizationId],
  )
}

/** Deletes an unbound workspace and its repositories. Returns false if it has been bound again. */
export async function removeUnbound(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'delete from bitbucket_workspaces where id = $1 and organization_id is null',
    [id],
  )
  return rowCount === 1
}
