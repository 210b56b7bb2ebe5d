/** Ends the builds of a deleted organization at once, and removes its data a week later. */
import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import { findOverdueOrganizations, removeOrganization } from '../organizations/index.ts'
import type { Database } from '../platform/database/transaction.ts'
import { readText } from '../platform/worker/payload.ts'
import type { BuildEngine } from './engine/build-engine.ts'
import { cancelBuild } from './records/cancel-build.ts'

interface RemovalServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
}

const batch = 200
const lowestId = '00000000-0000-0000-0000-000000000000'

export const deletedOrganizationCrontab = ['47 * * * * remove_deleted_organizations']

/** The tasks that follow the deletion of an organization. */
export function deletedOrganizationTasks(services: RemovalServices & { readonly log: Logger }): TaskList {
  return {
    cancel_builds_of_organization: (payload) => cancelBuilds(services, readText(payload, 'organization_id')),
    remove_deleted_organizations: async () => {
      const removed = await removeDeleted(services)
      if (removed > 0) services.log.info({ removed }, 'removed organizations that were deleted a week ago')
    },
  }
}

/**
 * Removes the data of organizations that were deleted a week ago. Skips an organization with an
 * unfinished build until the next run. Returns how many were removed.
 */
export async function removeDeleted(services: RemovalServices): Promise<number> {
  let removed = 0
  for (const id of await findOverdueOrganizations(services.pool)) {
    // A build may have started while the organization was being deleted.
    await cancelBuilds(services, id)
    while ((await removeBuilds(services.pool, id)) === batch);
    if (await removeOrganization(services.pool, id)) removed += 1
  }
  return removed
}

async function cancelBuilds({ pool, engine }: RemovalServices, organizationId: string): Promise<void> {
  let after = lowestId
  for (;;) {
    const ids = await unfinishedBuilds(pool, organizationId, after)
    for (const id of ids) await cancelBuild(engine, id)
    const last = ids.at(-1)
    if (last === undefined) return
    after = last
  }
}

/** Returns a batch of unfinished builds after this id, including renderings of repositories. */
async function unfinishedBuilds(
  database: Database,
  organizationId: string,
  afterId: string,
): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select b.id
       from engine.builds b
      where b.finished_at is null and b.id > $2
        and (exists (select from build_records r join pipelines p on p.id = r.pipeline_id where r.id = b.id and p.organization_id = $1)
             or exists (select from discoveries d where d.id = b.id and d.organization_id = $1))
      order by b.id limit $3`,
    [organizationId, afterId, batch],
  )
  return rows.map(({ id }) => id)
}

/**
 * Deletes a batch of finished builds with their logs. The sweeps of blobs and of test results
 * remove their archives and reports. Returns how many were removed.
 */
async function removeBuilds(database: Database, organizationId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `with owned as (
       select r.id from build_records r join pipelines p on p.id = r.pipeline_id where p.organization_id = $1
       union all
       select id from discoveries where organization_id = $1),
     gone as (
       select o.id from owned o left join engine.builds b on b.id = o.id where b.id is null or b.finished_at is not null limit $2),
     logs as (
       delete from engine.log_chunks where job_id in (
         select l.id from engine.log_jobs l join engine.jobs j on j.id = l.job_id where j.build_id in (select id from gone))),
     reports as (update engine.test_reports set at = null where at is not null and build_id in (select id from gone)),
     builds as (delete from engine.builds where id in (select id from gone)),
     records as (delete from build_records where id in (select id from gone)),
     renderings as (delete from discoveries where id in (select id from gone))
     select count(*)::int as count from gone`,
    [organizationId, batch],
  )
  return rows[0]?.count ?? 0
}
