import { lookOf } from '../../design/state.ts'
import { type BuildView, isHardFailure, nameOf } from '../data/job-state.ts'

/** What a screen reader is told of what changed between two views: the build's state, and steps that failed (web T3). Timers and logs say nothing. */
export function announcementsOf(before: BuildView, after: BuildView): readonly string[] {
  if (before.build.number !== after.build.number || before.pipeline.slug !== after.pipeline.slug) return []
  const failedBefore = new Set(before.jobs.filter(isHardFailure).map(({ id }) => id))
  const failed = after.jobs.filter((job) => isHardFailure(job) && !failedBefore.has(job.id))
  const [first] = failed
  const steps =
    first === undefined
      ? []
      : [
          failed.length === 1
            ? `Step ${nameOf(first)} failed.`
            : `Step ${nameOf(first)} and ${failed.length - 1} more failed.`,
        ]
  const isNew = before.build.state !== after.build.state
  return isNew ? [...steps, `Build ${after.build.number}: ${lookOf(after.build.state).word}.`] : steps
}
