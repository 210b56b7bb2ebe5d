import type { JobView } from '../data/job-state.ts'

export interface Placed {
  readonly job: JobView
  /** On how many steps of this list it lies: 0 for one that starts from an image, or whose parent is not in the list. */
  readonly depth: number
  /** By level below its own: whether the rail goes on there, to a later sibling. */
  readonly rails: readonly boolean[]
}

/** Each step below the one in whose file system it builds, in the list's order otherwise (web B4). A chain may have thousands. */
export function lineageForest(jobs: readonly JobView[]): readonly Placed[] {
  const ids = new Set(jobs.map(({ id }) => id))
  const children = Map.groupBy(jobs, ({ builds_in }) => (builds_in !== null && ids.has(builds_in) ? builds_in : null))
  const placed: Placed[] = []
  const seen = new Set<string>()
  const roots = children.get(null) ?? []
  const stack: Placed[] = roots.map((job) => ({ job, depth: 0, rails: [] })).reverse()
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next.job.id)) continue
    seen.add(next.job.id)
    placed.push(next)
    const own = children.get(next.job.id) ?? []
    const { depth, rails } = next
    for (const [index, job] of [...own.entries()].reverse())
      stack.push({ job, depth: depth + 1, rails: [...rails.slice(-maxRails), index < own.length - 1] })
  }
  // A circle of parents cannot be planned; should one come all the same, its steps are shown.
  const lost = jobs.filter(({ id }) => !seen.has(id)).map((job) => ({ job, depth: 0, rails: [] }))
  return [...placed, ...lost]
}

/** Deeper ones are drawn at this depth: the names have to be read. */
const maxRails = 4
