import type { Database } from '../../platform/database/transaction.ts'

/** Writes who let a build start; false when somebody had done so before. */
export async function recordApproval(database: Database, buildId: string, userId: string | null): Promise<boolean> {
  const { rowCount } = await database.query(
    `update build_records set approved_by = $2, approved_at = date_trunc('milliseconds', now())
      where id = $1 and approved_at is null`,
    [buildId, userId],
  )
  return rowCount === 1
}

/** Has the approval applied by a worker, whatever becomes of this process. */
export async function queueApproval(database: Database, buildId: string): Promise<void> {
  await database.query(
    "select graphile_worker.add_job('apply_approval', json_build_object('build_id', $1::text), job_key := 'approval/' || $1)",
    [buildId],
  )
}

/** Builds that have waited for approval since before this instant. */
export async function findForgotten(database: Database, before: Date, limit: number): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'find-forgotten-approvals',
    text: 'select id from engine.builds where finished_at is null and held and created_at < $1 limit $2',
    values: [before, limit],
  })
  return rows.map(({ id }) => id)
}
