import { instantOf, type JobView } from '../data/job-state.ts'

interface Lineage {
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

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `812 B`, `1.4 kB`, `12 MB`; decimal, as disks count. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
