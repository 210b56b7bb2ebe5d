import type pg from 'pg'
import type { BuildEngine } from '../../builds/engine/build-engine.ts'
import { orderSteps } from '../../builds/jobs/order-steps.ts'
import { presentJobsOf } from '../../builds/jobs/present-in-build.ts'
import { presentBuild } from '../../builds/records/present-build.ts'
import { requireBuildOf } from '../../builds/records/require-build.ts'
import type { PipelineRow } from '../../organizations/pipelines/store.ts'
import { doneFrame, eventFrame } from '../event-streams/frames.ts'
import { type BuildReads, followBuild } from './build-changes.ts'

export interface FollowedBuild {
  readonly id: string
  readonly number: number
  readonly pipeline: PipelineRow
  /** The reader has seen everything up to this version; null = nothing. */
  readonly after: number | null
}

/**
 * The events of a build (`http.md` 8.4). The `build` event comes last of what changed together, and alone has an id, so that a reader that was cut off before
 * it gets all of it again.
 */
export async function* buildEvents(
  { pool, engine }: { readonly pool: pg.Pool; readonly engine: BuildEngine },
  reads: BuildReads,
  followed: FollowedBuild,
  stop: AbortSignal,
): AsyncGenerator<string> {
  const { id, number, pipeline } = followed
  let isSnapshot = followed.after === null
  for await (const change of followBuild(reads, id, followed.after ?? 0, stop)) {
    switch (change.kind) {
      case 'changed': {
        const { build, jobs, version } = change
        const shown = isSnapshot ? orderSteps(build.steps).flatMap((index) => build.jobs[index] ?? []) : jobs
        const [newest, presented] = await Promise.all([
          requireBuildOf(pool, pipeline, number),
          presentJobsOf(engine, build, shown),
        ])
        const body = presentBuild(newest, pipeline.slug)
        if (isSnapshot) yield eventFrame('snapshot', { build: body, jobs: presented }, String(version))
        else {
          const frames = presented.map((job) => eventFrame('job', job, null))
          yield frames.join('') + eventFrame('build', body, String(version))
        }
        isSnapshot = false
        break
      }
      case 'end':
        yield doneFrame
    }
  }
}
