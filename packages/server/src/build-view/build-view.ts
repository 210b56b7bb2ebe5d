import type { components } from '@harmont/contract'
import type { Build, Job } from '@harmont/engine'
import type pg from 'pg'
import type { BuildRow } from '../builds/store.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import type { Complete } from '../http/index.ts'
import { formatInstant } from '../input/instant.ts'
import { lastOutput } from '../job-logs/last-output.ts'
import { orderSteps } from '../jobs/order-steps.ts'
import { presentSummary } from '../overviews/present-summary.ts'
import { presentPipeline } from '../pipelines/present.ts'
import type { PipelineRow } from '../pipelines/store.ts'
import type { Settings } from '../settings/read-settings.ts'
import { lineageOf } from './lineage.ts'
import { presentJobView, presentRenderView, type ViewOfBuild } from './present-job-view.ts'
import { earlierBuilds, findViewRow, recentRunMs } from './store.ts'

type BuildViewBody = Complete<components['schemas']['BuildView']>

/** A page shows the end of the first failures at once, and of later ones when asked. */
const tailsShown = 5
const tailLines = 20

export interface ViewServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly settings: Settings
  readonly publicUrl: string
}

/** Everything that the page of a build shows, in one reading. */
export async function buildView(services: ViewServices, pipeline: PipelineRow, row: BuildRow): Promise<BuildViewBody> {
  const { pool, engine, settings, publicUrl } = services
  const branch = { pipelineId: pipeline.id, branch: row.branch, number: row.number }
  const [found, loaded, attempts, earlier, runMs] = await Promise.all([
    findViewRow(pool, row.id),
    engine.store.load(row.id),
    engine.store.jobs(row.id),
    earlierBuilds(pool, branch),
    // Only what still runs has an end to guess.
    row.finished_at === null ? recentRunMs(pool, pipeline.id) : [],
  ])
  if (found === undefined || loaded === undefined) throw new Error(`the build ${row.id} has gone while it was read`)
  const { build, context } = loaded
  const now = Date.now()
  const view: ViewOfBuild = {
    build,
    attempts: Map.groupBy(attempts, ({ step }) => step),
    versions: found.job_versions,
    tails: await readTails(engine, build),
    isCacheBypassed: context.cache.read.length === 0,
    rates: settings.billing === 'on' ? settings.billingRates : null,
    publicUrl,
    now,
  }
  const jobs = orderSteps(build.steps).flatMap((index) => {
    const job = build.jobs[index]
    const step = build.steps[index]
    return job === undefined || step === undefined ? [] : [presentJobView(view, job, step)]
  })
  const { lastPassed, failingSince } = lineageOf(row.number, found.state, earlier)
  return {
    server_time: formatInstant(now),
    cursor: String(found.version),
    build: presentSummary(found, now),
    pipeline: presentPipeline(pipeline),
    jobs,
    render: presentRenderView(view),
    canceled_by:
      found.canceled_by_name === null ? null : { user_uuid: found.canceled_by, name: found.canceled_by_name },
    eta_ms: etaMs(found.started_at, found.finished_at, runMs, now),
    cost: sumCosts(jobs),
    previous: row.number > 1 ? row.number - 1 : null,
    next: row.number < found.last_number ? row.number + 1 : null,
    last_passed: lastPassed,
    failing_since: failingSince,
  }
}

async function readTails(
  engine: BuildEngine,
  { jobs, render }: Build,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const failed = [...(render === null ? [] : [render]), ...jobs].filter(
    ({ state }) => state === 'failed' || state === 'timed_out',
  )
  const first = failed.sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0)).slice(0, tailsShown)
  const tails = first.map(async ({ id }: Job) => {
    const lines = (await lastOutput(engine.store, id)).trimEnd().split('\n')
    return [id, lines.slice(-tailLines).map((line) => line.slice(0, 4000))] as const
  })
  return new Map(await Promise.all(tails))
}

/** How long a running build still takes if it takes as long as the median of those before it; null where nobody knows. */
function etaMs(startedAt: Date | null, finishedAt: Date | null, runMs: readonly number[], now: number): number | null {
  const median = runMs.toSorted((a, b) => a - b)[Math.floor(runMs.length / 2)]
  if (startedAt === null || finishedAt !== null || median === undefined) return null
  return Math.max(0, Math.round(median - (now - startedAt.getTime())))
}

function sumCosts(jobs: readonly { readonly cost: BuildViewBody['jobs'][number]['cost'] }[]): BuildViewBody['cost'] {
  const costs = jobs.flatMap(({ cost }) => cost ?? [])
  if (costs.length === 0) return null
  return {
    cents: costs.some(({ cents }) => cents === null) ? null : costs.reduce((sum, { cents }) => sum + (cents ?? 0), 0),
    vcpu_seconds: costs.reduce((sum, { vcpu_seconds }) => sum + vcpu_seconds, 0),
  }
}
