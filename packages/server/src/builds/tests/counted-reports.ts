/**
 * Selects the test reports that count: those of the default branch's builds, by their newest
 * attempts.
 */
import type { Database } from '../../platform/database/transaction.ts'
import { isConnected } from '../overviews/list-pipelines.ts'

/** A report and the number of its build. */
export interface CountedReport {
  readonly id: string
  readonly number: number
  readonly at: Date
  readonly cached: boolean
}

/** The number of newest builds searched for reports: some may have run no tests. */
const buildsAsked = 200

/**
 * A condition on a report `t` of the job `j`: no newer attempt of its step has a report. A running
 * retry does not hide the report of the previous attempt.
 */
export const isNewestReport = `
  t.at is not null and not exists (
    select from engine.jobs n join engine.test_reports u on u.job_id = n.id and u.at is not null
     where n.build_id = j.build_id and n.step = j.step and n.attempt > j.attempt)`

/** Whether the server has finished a build of a commit that it fetched itself, for pipeline `p`. */
const hasFetched = `
  (select true from build_records f
    where f.pipeline_id = p.id and f.branch = p.default_branch and f.pull_request is null and f.ref_class = 'fetched'
      and f.state in ('passed', 'failed') order by f.number desc limit 1) is not null`

/**
 * A condition: the build `r` of the pipeline `p` counts. `isFetched`: whether fetched builds exist,
 * in which case uploads do not count.
 */
const ofDefaultBranch = (isFetched: string) => `
  r.branch = p.default_branch and r.pull_request is null and r.trust = 'trusted' and (r.ref_class = 'fetched' or not (${isFetched}))`

/** The same condition for a single build. */
export const countsForPipeline = ofDefaultBranch(`(${isConnected}) and ${hasFetched}`)

/**
 * Finds the reports of the default branch's newest builds that ran tests, at most `builds` of them
 * below a number, newest build first. As in the verdict on a pipeline, builds of pull requests and
 * forks do not count, nor do uploads once the server has finished a build of a fetched commit.
 */
export async function findCountedReports(
  database: Database,
  pipelineId: string,
  builds: number,
  below = 2_147_483_647,
): Promise<readonly CountedReport[]> {
  const { rows } = await database.query<CountedReport>({
    name: 'counted-test-reports',
    text: `with p as materialized (
             select p.id, p.default_branch, (${isConnected}) and ${hasFetched} as is_fetched from pipelines p where p.id = $1),
           recent as (
             select b.id, b.number from p cross join lateral (
               select r.id, r.number from build_records r
                where r.pipeline_id = p.id and r.number < $2 and ${ofDefaultBranch('p.is_fetched')}
                order by r.number desc limit ${buildsAsked}) b),
           reports as (
             select t.id, t.at, t.cached, r.number, dense_rank() over (order by r.number desc) as turn
               from recent r cross join lateral (
                 select t.id, t.at, t.cached from engine.test_reports t join engine.jobs j on j.id = t.job_id
                  where t.build_id = r.id and ${isNewestReport} offset 0) t)
           select id, number, at, cached from reports where turn <= $3 order by number desc, id desc`,
    values: [pipelineId, below, builds],
  })
  return rows
}
