import type { components } from '@harmont/contract'
import { type PipelineRow, presentPipeline } from '../../organizations/index.ts'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant } from '../../platform/input/instant.ts'
import { orderSteps } from '../jobs/order-steps.ts'
import { presentSummary } from '../overviews/present-summary.ts'
import type { BuildRow } from '../records/store.ts'
import { buildCost } from './cost.ts'
import { etaMs } from './eta.ts'
import { lineageOf } from './lineage.ts'
import { presentJobView, presentRenderView } from './present-job-view.ts'
import { readView, type ViewPlace, type ViewServices } from './read-view.ts'
import { earlierBuilds, recentRunMs, type ViewRow } from './store.ts'

type BuildViewBody = Complete<components['schemas']['BuildView']>

/** Everything that the page of a build shows, in one reading. */
export async function buildView(
  services: ViewServices,
  place: ViewPlace & { readonly pipeline: PipelineRow; readonly build: BuildRow },
): Promise<BuildViewBody> {
  const { pool } = services
  const { pipeline, build } = place
  const branch = { pipelineId: pipeline.id, branch: build.branch, number: build.number }
  const [{ row, view }, earlier, runMs] = await Promise.all([
    readView(services, place, -1),
    earlierBuilds(pool, branch),
    // Only what still runs has an end to guess.
    build.finished_at === null ? recentRunMs(pool, pipeline.id) : [],
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
    // Nothing makes any of them yet.
    has: { tests: false, artifacts: false },
  }
}

/** Who canceled a build; null when nobody did. */
export function canceledBy({ canceled_by, canceled_by_name }: ViewRow): BuildViewBody['canceled_by'] {
  return canceled_by_name === null ? null : { user_uuid: canceled_by, name: canceled_by_name }
}
