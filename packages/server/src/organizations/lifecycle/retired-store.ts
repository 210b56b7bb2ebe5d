/** Organizations that were deleted. */
import type { Database } from '../../platform/database/transaction.ts'

const keptDays = 7

/** Ends all that makes an organization usable. Its slug becomes one that no name gives. */
export async function blankOrganization(database: Database, id: string): Promise<void> {
  await database.query(
    `update organizations set deleted_at = date_trunc('milliseconds', now()), slug = '~' || id, name = '', url = null where id = $1`,
    [id],
  )
  await database.query('delete from memberships where organization_id = $1', [id])
  await database.query('delete from invites where organization_id = $1', [id])
  await database.query(
    `update pipelines set archived_at = now(), archived_by = 'person' where organization_id = $1 and archived_at is null`,
    [id],
  )
}

/** Builds of an organization that are not over, renderings of its repositories included: up to `limit` of them after an id. */
export async function unfinishedBuilds(
  database: Database,
  organizationId: string,
  afterId: string,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select b.id
       from engine.builds b
      where b.finished_at is null and b.id > $2
        and (exists (select from build_records r join pipelines p on p.id = r.pipeline_id where r.id = b.id and p.organization_id = $1)
             or exists (select from discoveries d where d.id = b.id and d.organization_id = $1))
      order by b.id limit $3`,
    [organizationId, afterId, limit],
  )
  return rows.map(({ id }) => id)
}

/** Organizations that were deleted a week ago. */
export async function findOverdue(database: Database): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select id from organizations where deleted_at < now() - interval '${keptDays} days' order by deleted_at`,
  )
  return rows.map(({ id }) => id)
}

/** Removes up to `limit` ended builds of an organization, with their logs; their archives go with the sweep of blobs. Gives how many. */
export async function removeBuilds(database: Database, organizationId: string, limit: number): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `with owned as (
       select r.id from build_records r join pipelines p on p.id = r.pipeline_id where p.organization_id = $1
       union all
       select id from discoveries where organization_id = $1),
     gone as (
       select o.id from owned o left join engine.builds b on b.id = o.id where b.id is null or b.finished_at is not null limit $2),
     logs as (
       delete from engine.log_chunks where job_id in (select id from engine.jobs where build_id in (select id from gone))),
     builds as (delete from engine.builds where id in (select id from gone)),
     records as (delete from build_records where id in (select id from gone)),
     renderings as (delete from discoveries where id in (select id from gone))
     select count(*)::int as count from gone`,
    [organizationId, limit],
  )
  return rows[0]?.count ?? 0
}

/** Removes an organization of which no build is left, with all that refers to it. False: builds are left. */
export async function removeOrganization(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `delete from organizations o
      where o.id = $1 and o.deleted_at is not null
        and not exists (select from build_records r join pipelines p on p.id = r.pipeline_id where p.organization_id = o.id)
        and not exists (select from discoveries d where d.organization_id = o.id)`,
    [id],
  )
  return rowCount === 1
}
