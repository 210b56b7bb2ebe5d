import type { BuildState } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'

export interface Changes {
  /** The build's version: it grows with each change. */
  readonly version: number
  /** As of that version. */
  readonly state: BuildState
  /** Jobs of steps that were written after the version asked for. */
  readonly jobIds: ReadonlySet<string>
}

/** What has changed in a build since a version. Fails when there is no such build. */
export async function changesSince(database: Database, buildId: string, version: number): Promise<Changes> {
  const { rows } = await database.query<{ version: string; state: BuildState; job_ids: string[] }>({
    name: 'build-changes-since',
    text: `select b.version, b.state, coalesce(array_agg(j.id) filter (where j.id is not null), '{}') as job_ids
             from engine.builds b
             left join engine.jobs j on j.build_id = b.id and j.version > $2 and j.step is not null
            where b.id = $1
            group by b.id`,
    values: [buildId, version],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`there is no build ${buildId}`)
  return { version: Number(row.version), state: row.state, jobIds: new Set(row.job_ids) }
}
