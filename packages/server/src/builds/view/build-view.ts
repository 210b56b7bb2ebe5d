import type { components } from '@harmont/contract'
import type { BuildState } from '@harmont/engine'
import { type PipelineRow, presentPipeline } from '../../organizations/index.ts'
import { type Complete, type Handlers, operation } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { orderSteps } from '../jobs/order-steps.ts'
import { presentSummary } from '../overviews/summary.ts'
import { runMs } from '../records/present-build.ts'
import { requireBuild } from '../records/require-build.ts'
import type { BuildRow } from '../records/store.ts'
import { hasReports } from '../tests/store.ts'
import { buildCost } from './cost.ts'
import { presentJobView, presentRenderView } from './present-job-view.ts'
import { readView, type ViewPlace, type ViewServices } from './read-view.ts'
import { type Earlier, earlierBuilds, recentRunMs, type ViewRow } from './store.ts'

type BuildViewBody = Complete<components['schemas']['BuildView']>

/** Reads all data of a build's page. */
export async function buildView(
  services: ViewServices,
  place: ViewPlace & { readonly pipeline: PipelineRow; readonly build: BuildRow },
  asked?: string,
): Promise<BuildViewBody> {
  const { pool } = services
  const { pipeline, build } = place
  const branch = { pipelineId: pipeline.id, branch: build.branch, number: build.number }
  const [{ row, view }, earlier, runMs, hasTests] = await Promise.all([
    readView(services, place, -1, asked),
    earlierBuilds(pool, branch),
    // Only a running build has an estimated end.
    build.finished_at === null ? recentRunMs(pool, pipeline.id) : [],
    hasReports(pool, build.id),
  ])
  const jobs = orderSteps(view.build.steps).flatMap((index) => {
    const job = view.build.jobs[index]
    const step = view.build.steps[index]
    return job === undefined || step === undefined ? [] : [presentJobView(view, job, step)]
  })
  const { lastPassed, failingSince } = lineageOf(row.number, row.state, earlier)
  return {
    server_time: formatInstant(view.now),
    cursor: String(row.version),
    build: presentSummary(row, view.now),
    pipeline: presentPipeline(pipeline),
    jobs,
    render: presentRenderView(view),
    canceled_by: canceledBy(row),
    eta_ms: etaMs(row, runMs, view.now),
    cost: buildCost(view),
    previous: row.previous,
    next: row.next,
    last_passed: lastPassed,
    failing_since: failingSince,
    has: { tests: hasTests, artifacts: row.has_artifacts },
  }
}

/** Returns who canceled a build; null if nobody did. */
export function canceledBy({ canceled_by, canceled_by_name }: ViewRow): BuildViewBody['canceled_by'] {
  return canceled_by_name === null ? null : { user_uuid: canceled_by, name: canceled_by_name }
}

/** The route of a build's page. */
export function buildViewRoutes(services: ViewServices): Pick<Handlers, 'getBuildView'> {
  return {
    getBuildView: operation('getBuildView', async ({ membership, params, query }) => {
      const { organizationId, organizationSlug } = membership
      const found = await requireBuild(services.pool, organizationId, params)
      return { status: 200, body: await buildView(services, { organizationSlug, ...found }, query.failed) }
    }),
  }
}

/**
 * Estimates the remaining time of a running build in ms, by the median of earlier ones; null if
 * unknown.
 */
export function etaMs(
  build: Pick<BuildRow, 'started_at' | 'finished_at' | 'idle_ms'>,
  earlierMs: readonly number[],
  now: number,
): number | null {
  const median = earlierMs.toSorted((a, b) => a - b)[Math.floor(earlierMs.length / 2)]
  const ran = runMs(build, now)
  if (ran === null || build.finished_at !== null || median === undefined) return null
  return Math.max(0, Math.round(median - ran))
}

export interface Lineage {
  readonly lastPassed: { readonly number: number; readonly commit: string } | null
  /** The first build in the series of failures to which a failed build belongs. */
  readonly failingSince: number | null
}

/** Compares a build with the earlier builds of its branch, ignoring canceled ones. */
export function lineageOf(number: number, state: BuildState, earlier: readonly Earlier[]): Lineage {
  const passed = earlier.find((build) => build.state === 'passed')
  const failures = earlier
    .slice(0, passed === undefined ? undefined : earlier.indexOf(passed))
    .filter((build) => build.state === 'failed')
  const isFailed = state === 'failed' || state === 'failing'
  return {
    lastPassed: passed === undefined ? null : { number: passed.number, commit: passed.commit },
    failingSince: isFailed ? (failures.at(-1)?.number ?? number) : null,
  }
}
