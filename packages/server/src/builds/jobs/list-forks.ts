import type { components } from '@harmont/contract'
import type { Database } from '../../platform/database/transaction.ts'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'

type Fork = Complete<components['schemas']['JobFork']>

interface ForkRow extends Omit<Fork, 'started_at' | 'finished_at'> {
  readonly started_at: Date
  readonly ended_at: Date
}

/** Lists the runs that prove the failed tests of a job. */
export async function listForks(database: Database, jobId: string): Promise<Fork[]> {
  const { rows } = await database.query<ForkRow>({
    name: 'list-forks',
    text: `select id, number, test, exit_code, started_at, ended_at, cardinality(passed) as passed, cardinality(failed) as failed
             from engine.proof_runs where job_id = $1 order by number`,
    values: [jobId],
  })
  return rows.map(({ started_at, ended_at, ...fork }) => ({
    ...fork,
    started_at: formatInstant(started_at.getTime()),
    finished_at: formatInstant(ended_at.getTime()),
  }))
}
