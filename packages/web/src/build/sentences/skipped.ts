import { type JobView, nameOf } from '../data/job-state.ts'
import type { Sentence } from './sentence.ts'

/** Explains why a step was skipped (web B4): condition, cause, or a stopped build. */
export function skipSentence(job: JobView, byId: ReadonlyMap<string, JobView>): Sentence {
  const cause = job.skipped_by === null ? undefined : byId.get(job.skipped_by)
  if (cause !== undefined) {
    const why = cause.state === 'canceled' ? ' was canceled.' : cause.state === 'skipped' ? ' was skipped.' : ' failed.'
    return ['Skipped because ', { kind: 'step', text: nameOf(cause), job: cause }, why]
  }
  if (job.skip_reason === 'condition') return ['Skipped: its condition is not met.']
  if (job.error_message) return ['Skipped. ', { kind: 'server', text: job.error_message }]
  if (job.skip_reason === 'prerequisite') return ['Skipped because a step that it depends on did not pass.']
  return job.skip_reason ? ['Skipped: ', { kind: 'name', text: job.skip_reason }, '.'] : ['Skipped.']
}

interface SkippedBecause {
  readonly cause: JobView
  readonly count: number
}

/**
 * Counts the steps skipped because of each failure, directly or indirectly (web B3). `jobs` lists
 * prerequisites before dependents.
 */
export function skippedBecause(jobs: readonly JobView[]): readonly SkippedBecause[] {
  const byId = new Map(jobs.map((job) => [job.id, job]))
  const roots = new Map<string, JobView>()
  const counts = new Map<JobView, number>()
  for (const { id, skipped_by } of jobs) {
    const root = skipped_by === null ? undefined : (roots.get(skipped_by) ?? byId.get(skipped_by))
    if (root === undefined) continue
    roots.set(id, root)
    counts.set(root, (counts.get(root) ?? 0) + 1)
  }
  return [...counts].map(([cause, count]) => ({ cause, count }))
}
