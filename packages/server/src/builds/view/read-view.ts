import { type Build, type Disk, isTerminal, type Job, prerequisitesOf } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type pg from 'pg'
import type { PipelineRow } from '../../organizations/index.ts'
import { findRunnerNames } from '../../runners/index.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { readWaits, type Waits } from '../jobs/read-waits.ts'
import { readLogFacts } from '../logs/log-facts.ts'
import { findNew } from '../tests/build-tests.ts'
import { findFailedTests } from '../tests/failed-tests.ts'
import { reportsShown } from './failure.ts'
import { explainedJobs, readFailureOutputs } from './failure-output.ts'
import { readHolders } from './holders.ts'
import { countAnnotations, findAttempts, findLookUps, findViewRow, jobsAhead, type ViewRow } from './store.ts'
import type { CostOf, ViewOfBuild } from './view-of-build.ts'

export interface ViewServices {
  readonly pool: pg.Pool
  readonly engine: BuildEngine
  readonly costOf: CostOf
  readonly disk: Pick<Disk, 'full'>
  readonly publicUrl: string
}

/** Identifies a build by organization, pipeline and number. */
export interface ViewPlace {
  readonly organizationSlug: string
  readonly pipeline: Pick<PipelineRow, 'id' | 'slug' | 'source_slug'>
  readonly build: { readonly id: string; readonly number: number }
}

export interface ReadView {
  /** Read first, so that the remaining data is at least as new as this version. */
  readonly row: ViewRow
  readonly view: ViewOfBuild
  /**
   * The newest attempts that changed after the version, and those whose view names a changed one,
   * in the order of the steps.
   */
  readonly changed: readonly Job[]
  readonly isRenderChanged: boolean
}

/**
 * Reads the changes of a build after a version; -1 reads the whole build. The number of queries
 * does not depend on the number of changes. `asked` is a failed job to explain in addition to the
 * first ones.
 */
export async function readView(
  services: ViewServices,
  place: ViewPlace,
  after: number,
  asked?: string,
): Promise<ReadView> {
  const { pool, engine, costOf, publicUrl } = services
  const buildId = place.build.id
  const [row, attempts] = [await findViewRow(pool, buildId), await findAttempts(pool, buildId, after)]
  const loaded = await engine.store.builds.load(buildId)
  if (row === undefined || loaded === undefined)
    throw new Error(`the build ${buildId} was deleted while it was being read`)
  const { context } = loaded
  // Copies the list of jobs: the store changes its own.
  const build: Build = { ...loaded.build, jobs: [...loaded.build.jobs] }
  const touched = new Set(attempts.flatMap(({ step, version }) => (version > after ? [step] : [])))
  const changed = changedJobs(build, touched)
  const isRenderChanged = touched.has(null)
  const shown = [...changed, ...(isRenderChanged && build.render !== null ? [build.render] : [])]
  const view: ViewOfBuild = {
    build,
    context,
    pipeline: place.pipeline,
    organizationSlug: place.organizationSlug,
    number: place.build.number,
    attempts: Map.groupBy(attempts, ({ step }) => step),
    versions: new Map(attempts.map(({ id, version }) => [id, version])),
    ...(await readAround(services, place, build, { changed, shown, explained: explainedJobs(build, asked) })),
    fullDisk: services.disk.full,
    costOf,
    publicUrl,
    now: now(),
  }
  return { row, view, changed, isRenderChanged }
}

interface ReadJobs {
  readonly changed: readonly Job[]
  /** The changed jobs, and the rendering job if it has changed. */
  readonly shown: readonly Job[]
  /** The ids of the failed jobs to explain by their output. */
  readonly explained: readonly string[]
}

/** Reads the facts about jobs that are not in their own records. */
async function readAround(
  { pool, engine }: ViewServices,
  place: ViewPlace,
  build: Build,
  { changed, shown, explained }: ReadJobs,
) {
  const { id, queue } = build
  const logs = await readLogFacts(
    pool,
    shown.map((job) => job.id),
  )
  const lookedUp = changed.filter(isCached(build)).map((job) => job.id)
  const [failureOutputs, failed, annotations, lookUps, ahead, waits] = await Promise.all([
    readFailureOutputs(engine.logs, explained, logs),
    readFailedTests(pool, place, explained),
    changed.length === 0 ? new Map<string, number>() : countAnnotations(pool, id),
    findLookUps(pool, lookedUp),
    waitsForRunner(build, changed) ? jobsAhead(pool, queue, id) : new Map<string, number>(),
    readWaits(engine, build, shown).then(async (waits) => {
      const [holders, runners] = await Promise.all([
        readHolders(pool, queue, waits),
        findRunnerNames(pool, runnersIn(shown, waits)),
      ])
      return { waits, holders, runners }
    }),
  ])
  return { logs, failureOutputs, ...failed, annotations, lookUps, ahead, ...waits }
}

/** Returns the ids of the runners that had these jobs, and of those for which the jobs wait. */
function runnersIn(jobs: readonly Job[], { runners }: Waits): readonly string[] {
  const awaited = [...runners.values()].flatMap((wait) => (wait.kind === 'home' ? [wait.runner] : []))
  return [...new Set([...awaited, ...jobs.flatMap(({ runner }) => runner ?? [])])]
}

async function readFailedTests(
  pool: pg.Pool,
  { pipeline, build }: ViewPlace,
  jobIds: readonly string[],
): Promise<Pick<ViewOfBuild, 'failedTests' | 'newFailures'>> {
  const failedTests = await findFailedTests(pool, jobIds, reportsShown)
  const results = [...failedTests.values()].flatMap((job) => job.results)
  return { failedTests, newFailures: await findNew(pool, pipeline.id, build.number, results) }
}

/** Returns the jobs that have changed, and the waiting jobs that show a changed prerequisite. */
function changedJobs(build: Build, touched: ReadonlySet<number | null>): readonly Job[] {
  return build.steps.flatMap((_, index) => {
    const job = build.jobs[index]
    if (job === undefined) return []
    const isShown =
      touched.has(index) ||
      (!isTerminal(job.state) && prerequisitesOf(build.steps, index).some((one) => touched.has(one)))
    return isShown ? [job] : []
  })
}

/** Returns a predicate: whether a job may have a cache lookup. */
function isCached({ steps }: Build) {
  return ({ step, state }: Job) => state !== 'pending' && step !== null && typeof steps[step]?.cacheKey === 'string'
}

function waitsForRunner({ held, awaitsPlace, render }: Build, jobs: readonly Job[]): boolean {
  return !held && !awaitsPlace && (jobs.some(({ state }) => state === 'scheduled') || render?.state === 'scheduled')
}
