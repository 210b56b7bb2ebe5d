import { type Appended, appendedIn } from '../data/appended.ts'
import { allJobs, type BuildView, type JobView, nameOf } from '../data/job-state.ts'
import { groupOf, groupTitle, type StepGroup, stateLabel, stepGroups } from './step-groups.ts'

interface Cell {
  /** The common name of all cells of the matrix. */
  readonly base: string
  /** The values of this cell: `go=1.24.0, race=true`. */
  readonly values: string
}

const pattern = /^(.+) \(([\w.-]+=[^,()]*(?:, [\w.-]+=[^,()]*)*)\)$/su

/** Returns a step's matrix cell, parsed from the name that SDKs give it; null if it is none. */
export function cellOf(job: Pick<JobView, 'name' | 'step_key' | 'id'>): Cell | null {
  const name = nameOf(job)
  if (!name.endsWith(')')) return null
  const [, base, values] = pattern.exec(name) ?? []
  return base === undefined || values === undefined ? null : { base, values }
}

interface Placed {
  readonly job: JobView
  /** The number of listed ancestors; 0 without a listed parent. */
  readonly depth: number
  /** For each level above: whether its line continues to a later sibling. */
  readonly rails: readonly boolean[]
}

/** Puts each listed step below its parent or generator (web B4). */
function lineageForest(jobs: readonly JobView[], { above }: Appended): readonly Placed[] {
  const ids = new Set(jobs.map(({ id }) => id))
  const children = Map.groupBy(jobs, (job) => {
    const parent = above(job)
    return parent !== undefined && ids.has(parent) ? parent : null
  })
  const placed: Placed[] = []
  const seen = new Set<string>()
  const roots = children.get(null) ?? []
  // Uses a stack, because a chain may have thousands of steps.
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
  // Parents cannot form a cycle. If they did, the steps would still be shown.
  const lost = jobs.filter(({ id }) => !seen.has(id)).map((job) => ({ job, depth: 0, rails: [] }))
  return [...placed, ...lost]
}

/** Draws deeper steps at this depth, which keeps names legible. */
const maxRails = 4

export type StepOrder = 'state' | 'graph'

export type StepRow =
  | { readonly kind: 'group'; readonly key: string; readonly title: string; readonly count: number }
  | (Placed & { readonly kind: 'step'; readonly key: string; readonly label: string; readonly isCell: boolean })
  | {
      readonly kind: 'matrix'
      readonly key: string
      readonly base: string
      readonly cells: readonly JobView[]
      readonly isOpen: boolean
      readonly depth: number
      readonly rails: readonly boolean[]
    }

export interface StepListChoice {
  readonly order: StepOrder
  /** Words that the name, key or state must contain; empty selects all steps. */
  readonly filter: string
  /** Keys of the matrix rows that are open. */
  readonly open: ReadonlySet<string>
  /** The id of the selected job, whose matrix stays open. */
  readonly selected: string | null
}

/** A matrix with at least this many cells is folded (web B4). */
const foldedFrom = 4

/** Returns the rows of the step list. */
export function stepRows(view: Pick<BuildView, 'render' | 'jobs'>, choice: StepListChoice): readonly StepRow[] {
  const jobs = allJobs(view).filter(matching(choice.filter))
  const appended = appendedIn(view.jobs)
  if (choice.order === 'graph') return fold(lineageForest(jobs, appended), 'graph', choice)
  const byGroup = Map.groupBy(jobs, groupOf)
  return stepGroups.flatMap((group) => {
    const own = byGroup.get(group) ?? []
    return own.length === 0 ? [] : [headingOf(group, own.length), ...fold(lineageForest(own, appended), group, choice)]
  })
}

/**
 * Returns the number of places by which most of these rows, which were consecutive from `first`,
 * have moved; 0 without a majority. A single row that changed its group does not count.
 */
export function movedBy(earlier: readonly StepRow[], first: number, rows: readonly StepRow[]): number {
  const places = new Map(rows.map(({ key }, index) => [key, index]))
  const moves = earlier.flatMap(({ key }, index) => {
    const now = places.get(key)
    return now === undefined ? [] : now - first - index
  })
  const same = [...Map.groupBy(moves, (move) => move).values()].find((group) => group.length * 2 > moves.length)
  return same?.[0] ?? 0
}

/** Returns the steps in the order in which the keys `j` and `k` visit them. */
export function stepsOf(rows: readonly StepRow[]): readonly JobView[] {
  return rows.flatMap((row) => (row.kind === 'step' ? [row.job] : []))
}

function headingOf(group: StepGroup, count: number): StepRow {
  return { kind: 'group', key: `group ${group}`, title: groupTitle(group), count }
}

/** Groups the cells of a matrix with a common parent, at the position of the first cell. */
function fold(placed: readonly Placed[], place: string, { open, selected }: StepListChoice): readonly StepRow[] {
  const parents = new Set(placed.map(({ job }) => job.builds_in))
  const matrices = new Map<string, { readonly base: string; readonly cells: Placed[] }>()
  const keys = placed.map((one) => {
    const cell = parents.has(one.job.id) ? null : cellOf(one.job)
    if (cell === null) return null
    const key = `${place} ${one.job.builds_in} ${cell.base}`
    const matrix = matrices.get(key) ?? { base: cell.base, cells: [] }
    matrices.set(key, matrix)
    matrix.cells.push(one)
    return key
  })
  return placed.flatMap((one, index): readonly StepRow[] => {
    const key = keys[index] ?? null
    const matrix = key === null ? undefined : matrices.get(key)
    if (key === null || matrix === undefined || matrix.cells.length < foldedFrom) return [stepRow(one)]
    if (matrix.cells[0] !== one) return []
    const cells = matrix.cells.map(({ job }) => job)
    const isOpen = open.has(key) || cells.some(({ id }) => id === selected)
    // A folded matrix uses the lines of its last cell, which decides whether the line continues
    // below.
    const { depth, rails } = isOpen ? one : (matrix.cells.at(-1) ?? one)
    const heading = { kind: 'matrix', key, base: matrix.base, cells, isOpen, depth, rails } as const
    return isOpen ? [heading, ...matrix.cells.map(cellRow)] : [heading]
  })
}

function stepRow(placed: Placed): StepRow {
  return { ...placed, kind: 'step', key: placed.job.id, label: nameOf(placed.job), isCell: false }
}

function cellRow(placed: Placed): StepRow {
  const label = cellOf(placed.job)?.values ?? nameOf(placed.job)
  return { ...placed, kind: 'step', key: placed.job.id, label, isCell: true }
}

function matching(filter: string): (job: JobView) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return () => true
  return (job) => {
    const text = `${nameOf(job)} ${job.step_key ?? ''} ${stateLabel(job)} ${job.state}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
}
