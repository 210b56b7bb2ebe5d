import type { components } from '@harmont/contract'
import type pg from 'pg'
import { type Complete, type Cursors, type Handlers, operation, uuidOrNone } from '../../platform/http/index.ts'
import { toPage } from '../../platform/pagination/page.ts'
import { requireBuild } from '../records/require-build.ts'
import { findCountedReports } from './counted-reports.ts'
import {
  type BuildResultRow,
  findCounted,
  findReports,
  findResults,
  type ReportRow,
  type ResultRow,
  resultKey,
} from './store.ts'
import { passedLast } from './summarise-test.ts'
import { hasFailed, presentVerdict, stateName } from './test-states.ts'

type Schemas = components['schemas']

/** The number of earlier builds examined to determine whether a test passed before. */
const buildsBefore = 10

export interface TestRouteServices {
  readonly pool: pg.Pool
  readonly cursors: Cursors
}

/** The route of the tests of a build. */
export function buildTestRoutes({ pool, cursors }: TestRouteServices): Pick<Handlers, 'listBuildTests'> {
  return {
    listBuildTests: operation('listBuildTests', async ({ membership, params, query }) => {
      const { limit, cursor, state = null, q, job } = query
      const { pipeline, build } = await requireBuild(pool, membership.organizationId, params)
      const filters = { build: build.id, state: state ?? '', q: q ?? '', job: job ?? '' }
      const list = { operationId: 'listBuildTests', owner: membership.organizationId, filters }
      const after = cursors.decode(list, cursor)
      const reports = await findReports(pool, build.id, job === undefined ? null : uuidOrNone(job))
      const ids = reports.map(({ id }) => id)
      const rows = await findResults(pool, ids, { state, q: q || null, after, limit: limit + 1 })
      const isNew = await findNew(pool, pipeline.id, build.number, rows)
      const ofReport = new Map(reports.map((report) => [report.id, report]))
      const present = (row: BuildResultRow) =>
        presentResult(row, ofReport.get(row.report), hasFailed(row.state) && isNew.has(row.test))
      const { data, next_cursor } = toPage(rows, limit, cursors, list, { keyOf: resultKey, present })
      const sum = (count: (report: ReportRow) => number) => reports.reduce((all, report) => all + count(report), 0)
      const counts = {
        passed: sum(({ passed }) => passed),
        failed: sum(({ failed }) => failed),
        skipped: sum(({ skipped }) => skipped),
        errored: sum(({ errored }) => errored),
      }
      const body = { data, counts, left_out: sum((report) => report.left_out), reports: reports.map(presentReport) }
      return { status: 200, body: { ...body, next_cursor } }
    }),
  }
}

/** Returns the failed tests that passed in the default branch's newest build before this one. */
export async function findNew(
  pool: pg.Pool,
  pipelineId: string,
  number: number,
  results: readonly ResultRow[],
): Promise<ReadonlySet<string>> {
  const failed = results.filter(({ state }) => hasFailed(state)).map(({ test }) => test)
  if (failed.length === 0) return new Set()
  const before = await findCountedReports(pool, pipelineId, buildsBefore, number)
  const counted = Map.groupBy(await findCounted(pool, failed, before), ({ test }) => test)
  return new Set(failed.filter((test) => passedLast(counted.get(test) ?? [], before)))
}

function presentResult(
  row: BuildResultRow,
  report: ReportRow | undefined,
  isNew: boolean,
): Complete<Schemas['BuildTest']> {
  return {
    id: row.key,
    suite: row.suite,
    name: row.name,
    file: row.file,
    line: row.line,
    state: stateName(row.state),
    duration_ms: row.duration_ms,
    message: row.message,
    new: isNew,
    ...presentVerdict(row, hasFailed(row.state) && report?.proving === true),
    fork_results: row.fork_results ?? [],
    quarantined: row.quarantined,
    job_id: report?.job_id ?? '',
    report: report?.path ?? '',
    cached: report?.cached ?? false,
  }
}

function presentReport({ path, job_id, format, faults, problem }: ReportRow) {
  return { path, job_id, format, faults, problem }
}
