import type { Run, Step } from './run-model.ts'
import { prerequisites, topological } from './topological.ts'

export interface CriticalPath {
  /** Steps that took time, first to last. */
  readonly steps: readonly Step[]
  readonly durationMs: number
}

/** The chain of steps, each waiting for the one before, that took longest: no machine makes the run shorter than it. */
export function criticalPath(run: Run): CriticalPath {
  const ends = new Map<Step, { readonly ms: number; readonly before: Step | undefined }>()
  let last: Step | undefined
  for (const step of topological(run)) {
    let before: Step | undefined
    for (const other of prerequisites(step, run))
      if (before === undefined || endOf(other) > endOf(before)) before = other
    ends.set(step, { ms: (before === undefined ? 0 : endOf(before)) + (step.durationMs ?? 0), before })
    if (last === undefined || endOf(step) > endOf(last)) last = step
  }
  const steps: Step[] = []
  for (let step = last; step !== undefined; step = ends.get(step)?.before)
    if ((step.durationMs ?? 0) > 0) steps.push(step)
  return { steps: steps.reverse(), durationMs: last === undefined ? 0 : endOf(last) }

  function endOf(step: Step): number {
    return ends.get(step)?.ms ?? 0
  }
}
