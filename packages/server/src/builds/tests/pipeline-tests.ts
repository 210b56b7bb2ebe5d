import type { components } from '@harmont/contract'
import type pg from 'pg'
import { requirePipeline } from '../../organizations/index.ts'
import { apiError, type Complete, type Handlers, operation, uuidOrNone } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { toPage } from '../../platform/pagination/page.ts'
import type { TestRouteServices } from './build-tests.ts'
import { type CountedReport, findCountedReports } from './counted-reports.ts'
import { listTests } from './list-tests.ts'
import { findCounted, findMessages, findTest, type TestRow } from './store.ts'
import { summariseTest } from './summarise-test.ts'
import { listRuns, presentRun } from './test-runs.ts'
import { stateName } from './test-states.ts'

type PipelineTest = Complete<components['schemas']['PipelineTest']>

/** The builds of the default branch that a test is judged by. */
const buildsJudged = 50

/** The routes of a pipeline's tests. */
export function pipelineTestRoutes({
  pool,
  cursors,
}: TestRouteServices): Pick<Handlers, 'listPipelineTests' | 'getTest'> {
  return {
    listPipelineTests: operation('listPipelineTests', async ({ membership, params, query }) => {
      const { limit, cursor, state = null, q } = query
      const pipeline = await requirePipeline(pool, membership.organizationId, params.pipeline)
      const filters = { pipeline: pipeline.id, state: state ?? '', q: q ?? '' }
      const list = { operationId: 'listPipelineTests', owner: membership.organizationId, filters }
      const after = cursors.decode(list, cursor)
      const reports = await findCountedReports(pool, pipeline.id, buildsJudged)
      const rows = await listTests(pool, pipeline.id, reports, { state, q: q || null, after, limit: limit + 1 })
      const shown = new Map(
        (await presentTests(pool, rows.slice(0, limit), reports)).map((test) => [test.id, test] as const),
      )
      const { next_cursor } = toPage(rows, limit, cursors, list, {
        keyOf: ({ keys }) => keys,
        present: ({ key }) => key,
      })
      return { status: 200, body: { data: rows.flatMap(({ key }) => shown.get(key) ?? []), next_cursor } }
    }),
    getTest: operation('getTest', async ({ membership, params, query: { limit, cursor } }) => {
      const pipeline = await requirePipeline(pool, membership.organizationId, params.pipeline)
      const row = await findTest(pool, pipeline.id, uuidOrNone(params.test))
      if (row === undefined) throw testNotFound()
      const list = { operationId: 'getTest', owner: membership.organizationId, filters: { test: row.test } }
      const after = cursors.decode(list, cursor)
      const runs = await listRuns(pool, row.test, after === null ? null : String(after[0]), limit + 1)
      // A test that only forks have run is none of the pipeline's.
      if (runs.length === 0 && after === null) throw testNotFound()
      const reports = await findCountedReports(pool, pipeline.id, buildsJudged)
      const [test] = await presentTests(pool, [row], reports)
      if (test === undefined) throw new Error(`the test ${row.key} has no summary`)
      const page = toPage(runs, limit, cursors, list, { keyOf: ({ report }) => [report], present: presentRun })
      return { status: 200, body: { test, ...page } }
    }),
  }
}

function testNotFound(): Error {
  return apiError('test_not_found', 'Test not found in this pipeline.')
}

async function presentTests(
  pool: pg.Pool,
  rows: readonly TestRow[],
  reports: readonly CountedReport[],
): Promise<readonly PipelineTest[]> {
  const ids = rows.map(({ test }) => test)
  const counted = Map.groupBy(await findCounted(pool, ids, reports), ({ test }) => test)
  const summaries = rows.map((row) => ({ row, summary: summariseTest(counted.get(row.test) ?? [], reports) }))
  const failures = summaries.flatMap(({ row, summary: { lastFailure } }) =>
    lastFailure === null ? [] : [{ test: row.test, report: lastFailure.id }],
  )
  const messages = await findMessages(pool, failures)
  return summaries.map(({ row: { test, key, suite, name, file }, summary }) => ({
    id: key,
    suite,
    name,
    file,
    runs: summary.runs,
    failures: summary.failures,
    pass_rate: summary.passRate,
    median_ms: summary.medianMs,
    state: summary.state === null ? null : stateName(summary.state),
    last_failure: summary.lastFailure && { ...placeOf(summary.lastFailure), message: messages.get(test) ?? null },
    failing_since: summary.failingSince && placeOf(summary.failingSince),
  }))
}

function placeOf({ number, at }: CountedReport) {
  return { number, at: formatInstant(at.getTime()) }
}
