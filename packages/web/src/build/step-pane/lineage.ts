import { instantOf, type JobView } from '../data/job-state.ts'
import { formatBytes } from './bytes.ts'

export interface Lineage {
  /** What the oldest ancestor starts from; null where it is not known. */
  readonly image: string | null
  /** From the image on: each step in whose file system the next one runs. */
  readonly ancestors: readonly JobView[]
  /** Steps that build in this one. */
  readonly children: readonly JobView[]
  /** Steps that it only waits for: order, no files (web B7). */
  readonly after: readonly JobView[]
}

/** What a step lies on and what lies on it. */
export function lineageOf(job: JobView, jobs: readonly JobView[]): Lineage {
  const byId = new Map(jobs.map((one) => [one.id, one]))
  const ancestors: JobView[] = []
  for (let next = byId.get(job.builds_in ?? ''); next !== undefined; next = byId.get(next.builds_in ?? '')) {
    if (ancestors.includes(next)) break
    ancestors.unshift(next)
    if (ancestors.length >= maxShown) break
  }
  return {
    image: (ancestors[0] ?? job).image,
    ancestors,
    children: jobs.filter(({ builds_in }) => builds_in === job.id),
    after: job.depends_on.flatMap((id) => (id === job.builds_in ? [] : (byId.get(id) ?? []))),
  }
}

/** Longer chains begin with the nearest of these. */
const maxShown = 50

/** Size and age of what a step left, and until when it is kept: `12 MB on top of its parent, kept until …`; null where nothing was kept. */
export function snapshotWords({ snapshot }: Pick<JobView, 'snapshot'>, format: (at: string) => string): string | null {
  if (snapshot === null) return null
  const { bytes, created_at, kept_until } = snapshot
  const facts = [
    ...(typeof bytes === 'number' ? [`${formatBytes(bytes)} on top of its parent`] : []),
    ...(instantOf(created_at) === null ? [] : [`created ${format(created_at ?? '')}`]),
    ...(instantOf(kept_until) === null ? [] : [`kept until ${format(kept_until ?? '')}`]),
  ]
  return facts.length === 0 ? 'kept' : facts.join(', ')
}
