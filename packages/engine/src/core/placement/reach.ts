/** Decides which runners may take the jobs of a step by pool, labels and queue. */
import type { Step } from '../model.ts'

/** Selects the jobs that a runner may take; null means any. */
export interface Reach {
  readonly pool: string | null
  /** Labels of the runner, which must include all labels that a step requests. */
  readonly labels: readonly string[] | null
  readonly queues: readonly string[] | null
}

/** The reach of a runner that takes every ready job, as in `hm run`. */
export const everything: Reach = { pool: null, labels: null, queues: null }

/** The pool of steps and runners without one. */
export const defaultPool = 'default'

/**
 * Returns whether a runner may take the jobs of a step of this queue; `step` is null for the
 * rendering.
 */
export function reaches(
  { pool, labels, queues }: Reach,
  queue: string,
  step: Pick<Step, 'runsOn'> | null | undefined,
): boolean {
  const wanted = step?.runsOn
  return (
    (queues === null || queues.includes(queue)) &&
    (pool === null || pool === (wanted?.pool ?? defaultPool)) &&
    (labels === null || (wanted?.labels ?? []).every((label) => labels.includes(label)))
  )
}
