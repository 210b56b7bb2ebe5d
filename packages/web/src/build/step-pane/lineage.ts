import { formatBytes } from '../../text/bytes.ts'
import { instantOf, type JobView } from '../data/job-state.ts'

interface Lineage {
  /** The image of the oldest ancestor; null if unknown. */
  readonly image: string | null
  /**
   * The steps from the image down to the parent, each of which starts in the file system of the
   * previous one.
   */
  readonly ancestors: readonly JobView[]
  /** Steps that start from this one's snapshot. */
  readonly children: readonly JobView[]
  /** Steps that it only waits for, without their files (web B7). */
  readonly after: readonly JobView[]
}

/** Returns the ancestors and children of a step. */
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

/** Longer chains show only the nearest ancestors. */
const maxShown = 50

/** Describes size, age and expiry of a snapshot; null if there is none. */
export function snapshotSummary(
  { snapshot }: Pick<JobView, 'snapshot'>,
  format: (at: string) => string,
): string | null {
  if (snapshot === null) return null
  const { bytes, created_at, kept_until } = snapshot
  const facts = [
    ...(typeof bytes === 'number' ? [`${formatBytes(bytes)} on top of its parent`] : []),
    ...(instantOf(created_at) === null ? [] : [`created ${format(created_at ?? '')}`]),
    ...(instantOf(kept_until) === null ? [] : [`kept until ${format(kept_until ?? '')}`]),
  ]
  return facts.length === 0 ? 'kept' : facts.join(', ')
}
