import { type Build, type BuildState, isBuildTerminal, type Job } from '@harmont/engine'
import type pg from 'pg'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { loadBuild } from '../../builds/engine/load-build.ts'
import { orderSteps } from '../../builds/jobs/order-steps.ts'
import { presentJobsOf } from '../../builds/jobs/present-job.ts'
import { presentBuild } from '../../builds/records/present-build.ts'
import { requireBuildOf } from '../../builds/records/require-build.ts'
import type { PipelineRow } from '../../organizations/index.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { follow } from '../../platform/follow/follow.ts'
import { SingleFlight } from '../../platform/follow/single-flight.ts'
import { doneFrame, eventFrame } from '../event-streams/frames.ts'

/** At most five reads of a build per second. */
const restMs = 200

export interface FollowedBuild {
  readonly id: string
  readonly number: number
  readonly pipeline: PipelineRow
  /** The version up to which the reader has seen everything; null for a new reader. */
  readonly after: number | null
}

/**
 * Yields the events of a build (`http.md` 8.4). Of the events of one change, `build` comes last and
 * is the only one with an id. A reader that was disconnected before it therefore gets the whole
 * change again.
 */
export async function* buildEvents(
  engine: BuildEngine,
  reads: BuildReads,
  followed: FollowedBuild,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { id, after } = followed
  let seen = after ?? 0
  let isSnapshot = after === null
  const changes = follow({
    subscribe: (wake) => engine.store.changes.onBuild(id, wake),
    async read() {
      const change = await reads.since(id, seen)
      const isNew = change.version > seen
      seen = Math.max(seen, change.version)
      return isNew || change.isLast ? { change, isNew } : null
    },
    isDone: ({ change }) => change.isLast,
    restMs,
    signal,
  })
  for await (const { change, isNew } of changes) {
    if (isNew) {
      yield await reads.eventsOf(change, followed, isSnapshot)
      isSnapshot = false
    }
    if (change.isLast) yield doneFrame
  }
}

interface BuildChange {
  readonly build: Build
  /** The newest attempts that changed. */
  readonly jobs: readonly Job[]
  /** The version after which the next read continues. */
  readonly version: number
  /** Whether the build has ended, so that this read contains all its changes up to the end. */
  readonly isLast: boolean
}

/** Reads builds for many readers: identical concurrent reads share a query. */
export class BuildReads {
  readonly #pool: pg.Pool
  readonly #engine: BuildEngine
  readonly #flights = new SingleFlight()
  readonly #snapshots = new WeakMap<BuildChange, Promise<string>>()
  readonly #news = new WeakMap<BuildChange, Promise<string>>()

  constructor(pool: pg.Pool, engine: BuildEngine) {
    this.#pool = pool
    this.#engine = engine
  }

  /** Returns the build, and which of its jobs changed after the version. */
  since(buildId: string, version: number): Promise<BuildChange> {
    return this.#flights.run(`${buildId} since ${version}`, async () => {
      // Reads the version first: everything loaded later is at least as new, so no change is lost
      // between two reads.
      const changes = await changesSince(this.#pool, buildId, version)
      const build = await loadBuild(this.#engine, buildId)
      const jobs = build.jobs.filter(({ id }) => changes.jobIds.has(id))
      return { build, jobs, version: changes.version, isLast: isBuildTerminal(changes.state) }
    })
  }

  /**
   * Returns the events of a change. All readers of the change share its text: that of a thousand
   * jobs is a megabyte.
   */
  eventsOf(change: BuildChange, followed: FollowedBuild, isSnapshot: boolean): Promise<string> {
    const texts = isSnapshot ? this.#snapshots : this.#news
    const text = texts.get(change) ?? this.#write(change, followed, isSnapshot)
    texts.set(change, text)
    return text
  }

  async #write(
    { build, jobs, version }: BuildChange,
    { pipeline, number }: FollowedBuild,
    isSnapshot: boolean,
  ): Promise<string> {
    const shown = isSnapshot ? orderSteps(build.steps).flatMap((index) => build.jobs[index] ?? []) : jobs
    const [newest, presented] = await Promise.all([
      requireBuildOf(this.#pool, pipeline, number),
      presentJobsOf(this.#engine, build, shown),
    ])
    const body = presentBuild(newest, pipeline.slug)
    if (isSnapshot) return eventFrame('snapshot', { build: body, jobs: presented }, String(version))
    const frames = presented.map((job) => eventFrame('job', job, null))
    return frames.join('') + eventFrame('build', body, String(version))
  }
}

/**
 * Finds the version and state of a build, and the jobs of steps that were written after a version.
 * Throws if the build does not exist.
 */
async function changesSince(
  database: Database,
  buildId: string,
  version: number,
): Promise<{ readonly version: number; readonly state: BuildState; readonly jobIds: ReadonlySet<string> }> {
  const { rows } = await database.query<{ version: string; state: BuildState; job_ids: string[] }>({
    name: 'build-changes-since',
    text: `select b.version, b.state, coalesce(array_agg(j.id) filter (where j.id is not null), '{}') as job_ids
             from engine.builds b
             left join engine.jobs j on j.build_id = b.id and j.version > $2 and j.step is not null
            where b.id = $1
            group by b.id`,
    values: [buildId, version],
  })
  const [row] = rows
  if (row === undefined) throw new Error(`there is no build ${buildId}`)
  return { version: Number(row.version), state: row.state, jobIds: new Set(row.job_ids) }
}
