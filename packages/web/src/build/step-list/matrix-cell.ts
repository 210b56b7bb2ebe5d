import { type JobView, nameOf } from '../data/job-state.ts'

export interface Cell {
  /** What all cells of the matrix are called. */
  readonly base: string
  /** What tells this one from the others: `go=1.24.0, race=true`. */
  readonly values: string
}

const pattern = /^(.+) \(([\w.-]+=[^,()]*(?:, [\w.-]+=[^,()]*)*)\)$/su

/** The cell of a matrix that a step is, as the SDKs name it; null for every other step. */
export function cellOf(job: Pick<JobView, 'name' | 'step_key' | 'id'>): Cell | null {
  const name = nameOf(job)
  if (!name.endsWith(')')) return null
  const [, base, values] = pattern.exec(name) ?? []
  return base === undefined || values === undefined ? null : { base, values }
}
