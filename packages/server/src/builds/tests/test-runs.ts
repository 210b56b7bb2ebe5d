import type { components } from '@harmont/contract'
import { stepOf } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { forkResults } from './store.ts'
import {
  type ForkResults,
  hasFailed,
  presentVerdict,
  stateName,
  type TestLetter,
  type VerdictRow,
} from './test-states.ts'

/** A result of a test, and its build. */
export interface RunRow extends VerdictRow, ForkResults {
  readonly report: string
  readonly number: number
  readonly branch: string
  readonly commit: string
  readonly job_id: string
  readonly step_key: string | null
  readonly attempt: number
  readonly state: TestLetter
  readonly at: Date
  readonly duration_ms: number | null
  readonly line: number | null
  readonly file: string | null
  readonly message: string | null
  readonly cached: boolean
  readonly proving: boolean
}

/** Lists the results of a test in all builds except those of forks, newest first. */
export async function listRuns(
  database: Database,
  test: string,
  before: string | null,
  limit: number,
): Promise<readonly RunRow[]> {
  const { rows } = await database.query<RunRow>({
    name: 'test-runs',
    text: `select x.*, r.number, r.branch, r.commit, j.attempt, ${stepOf('n', 'j')}->>'key' as step_key,
                  v.verdict, v.forks, v.fork_passes, ${forkResults('x.job_id', 'x.key')} as fork_results, exists (select from engine.probes b where b.job_id = x.job_id) as proving
             from (select x.report, x.test, c.key, x.state::text as state, x.duration_ms, x.line, coalesce(x.file, c.file) as file, x.message, t.build_id, t.job_id, t.at, t.cached
                     from engine.test_results x join engine.test_cases c on c.id = x.test
                     join engine.test_reports t on t.id = x.report and t.at is not null and t.trusted
                    where x.test = $1 and x.report < $2 order by x.report desc limit $3) x
             join build_records r on r.id = x.build_id
             join engine.jobs j on j.id = x.job_id
             join engine.plans n on n.build_id = x.build_id
             left join lateral (select * from engine.test_verdicts v where v.report = x.report and v.test = x.test offset 0) v on true
            order by x.report desc`,
    values: [test, before ?? '9223372036854775807', limit],
  })
  return rows
}

export function presentRun({ report: _, at, state, ...row }: RunRow): Complete<components['schemas']['TestRun']> {
  return {
    number: row.number,
    branch: row.branch,
    commit: row.commit,
    job_id: row.job_id,
    step_key: row.step_key,
    attempt: row.attempt,
    state: stateName(state),
    at: formatInstant(at.getTime()),
    duration_ms: row.duration_ms,
    line: row.line,
    file: row.file,
    message: row.message,
    cached: row.cached,
    ...presentVerdict(row, hasFailed(state) && row.proving),
    fork_results: row.fork_results ?? [],
  }
}
