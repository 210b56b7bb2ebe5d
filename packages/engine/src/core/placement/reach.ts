/** Which runners may take the jobs of a step: by pool, labels and queue. */
import type { Step } from '../model.ts'

/** The jobs that a runner may take; null for any. */
export interface Reach {
  readonly pool: string | null
  /** Labels that the runner has: all that a step asks for must be among them. */
  readonly labels: readonly string[] | null
  readonly queues: readonly string[] | null
}

/** The reach of a runner that takes whatever is ready, as on a laptop. */
export const everything: Reach = { pool: null, labels: null, queues: null }

/** The pool of steps and runners that name none. */
export const defaultPool = 'default'

/** Whether a runner may take the jobs of a step of this queue; `step` is null for the rendering. */
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
