import type { components } from '@harmont/contract'
import type pg from 'pg'
import { requirePipeline } from '../../organizations/index.ts'
import { actorOf } from '../../platform/audit/record-audit.ts'
import {
  apiError,
  type Complete,
  type Handlers,
  operation,
  scopedOperation,
  uuidOrNone,
} from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import { toPage } from '../../platform/pagination/page.ts'
import type { TestRouteServices } from './build-tests.ts'
import { type CountedReport, findCountedReports } from './counted-reports.ts'
import { listTests } from './list-tests.ts'
import { addToQuarantine, findQuarantines, liftQuarantine, type QuarantineRow } from './quarantine.ts'
import { findCounted, findMessages, findProofs, findTest, type ProofRow, type TestRow } from './store.ts'
import { summariseTest } from './summarise-test.ts'
import { listRuns, presentRun } from './test-runs.ts'
import { stateName } from './test-states.ts'

type PipelineTest = Complete<components['schemas']['PipelineTest']>

/** The number of the default branch's builds that determine a test's statistics. */
const buildsJudged = 50

/** The routes of a pipeline's tests. */
export function pipelineTestRoutes({
  pool,
  cursors,
}: TestRouteServices): Pick<Handlers, 'listPipelineTests' | 'getTest' | 'updateTest'> {
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
      const row = await requireTest(pool, pipeline.id, params.test)
      const list = { operationId: 'getTest', owner: membership.organizationId, filters: { test: row.test } }
      const after = cursors.decode(list, cursor)
      const runs = await listRuns(pool, row.test, after === null ? null : String(after[0]), limit + 1)
      // A test that only forks have run does not belong to the pipeline.
      if (runs.length === 0 && after === null) throw testNotFound()
      const reports = await findCountedReports(pool, pipeline.id, buildsJudged)
      const test = await presentTest(pool, row, reports)
      const page = toPage(runs, limit, cursors, list, { keyOf: ({ report }) => [report], present: presentRun })
      return { status: 200, body: { test, ...page } }
    }),
    updateTest: scopedOperation('updateTest', {
      resolve: async ({ membership, params }) => {
        const pipeline = await requirePipeline(pool, membership.organizationId, params.pipeline)
        const row = await requireTest(pool, pipeline.id, params.test)
        if ((await listRuns(pool, row.test, null, 1)).length === 0) throw testNotFound()
        return { pipeline, row }
      },
      handle: async (context) => {
        const { scope, membership, body } = context
        const { pipeline, row } = scope
        const place = { ...pipeline, organizationId: membership.organizationId }
        const change = body.quarantined ? addToQuarantine : liftQuarantine
        await change(pool, actorOf(context), place, row)
        const reports = await findCountedReports(pool, pipeline.id, buildsJudged)
        return { status: 200, body: await presentTest(pool, row, reports) }
      },
    }),
  }
}

async function requireTest(pool: pg.Pool, pipelineId: string, id: string): Promise<TestRow> {
  const row = await findTest(pool, pipelineId, uuidOrNone(id))
  if (row === undefined) throw testNotFound()
  return row
}

function testNotFound(): Error {
  return apiError('test_not_found', 'Test not found in this pipeline.')
}

async function presentTest(pool: pg.Pool, row: TestRow, reports: readonly CountedReport[]): Promise<PipelineTest> {
  const [test] = await presentTests(pool, [row], reports)
  if (test === undefined) throw new Error(`the test ${row.key} has no summary`)
  return test
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
  const proofs = await findProofs(pool, ids, reports)
  const quarantines = await findQuarantines(pool, ids)
  const byId = new Map(reports.map((report) => [report.id, report]))
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
    flaky: presentProof(proofs.get(test), byId),
    quarantine: presentQuarantine(quarantines.get(test)),
  }))
}

function presentProof(proof: ProofRow | undefined, reports: ReadonlyMap<string, CountedReport>): PipelineTest['flaky'] {
  const report = proof && reports.get(proof.report)
  if (proof === undefined || report === undefined) return null
  return { ...placeOf(report), forks: proof.forks, fork_passes: proof.fork_passes }
}

function presentQuarantine(row: QuarantineRow | undefined): PipelineTest['quarantine'] {
  if (row === undefined) return null
  return {
    since: formatInstant(row.since.getTime()),
    until: formatInstant(row.until.getTime()),
    proved_at: formatOptionalInstant(row.proved_at?.getTime() ?? null),
  }
}

function placeOf({ number, at }: CountedReport) {
  return { number, at: formatInstant(at.getTime()) }
}
