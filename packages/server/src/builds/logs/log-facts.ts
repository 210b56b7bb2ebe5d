import type { Database } from '../../platform/database/transaction.ts'

/**
 * Size and state of a log. Lines and bytes are null until it is packed, some time after its end.
 */
export interface LogFacts {
  readonly lines: number | null
  readonly bytes: number | null
  /** Whether the log is complete. */
  readonly complete: boolean
}

/** Finds the facts of many logs, by job, in one query; omits jobs that do not exist. */
export async function readLogFacts(
  database: Database,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, LogFacts>> {
  if (jobIds.length === 0) return new Map()
  const { rows } = await database.query<LogFacts & { id: string }>({
    name: 'find-log-facts',
    text: `select l.id, j.state in ('passed', 'failed', 'skipped', 'canceled', 'timed_out') as complete,
                  case when p.removed_at is null then p.bytes::float8 else 0 end as bytes,
                  case when p.removed_at is null then p.lines else 0 end as lines
             from engine.log_jobs l join engine.jobs j on j.id = l.job_id left join packed_logs p on p.job_id = l.id
            where l.id = any($1::uuid[])`,
    values: [jobIds],
  })
  return new Map(rows.map(({ id, ...facts }) => [id, facts]))
}
