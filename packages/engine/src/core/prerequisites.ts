import type { Job, Step } from './model.ts'
import { isTerminal } from './states.ts'

/** Meaning of a prerequisite for its dependent: continue, never, or unknown yet. */
export type Verdict = 'met' | 'failed' | 'open'

/**
 * Judges one edge. `job` is the newest attempt of the prerequisite, `from` the index of its step.
 */
export function judge(dependent: Step, from: number, job: Job): Verdict {
  if (!isTerminal(job.state)) return 'open'
  if (job.state === 'passed') return 'met'
  // Only a passed step has left a file system to start from.
  if (dependent.buildsIn === from) return 'failed'
  return dependent.continueOnFailure || job.skipReason === 'condition' || job.softFailed ? 'met' : 'failed'
}

/** Returns the indexes of all prerequisites of a step, of both kinds. */
export function prerequisitesOf(step: Step): readonly number[] {
  return step.buildsIn === null ? step.dependsOn : [step.buildsIn, ...step.dependsOn]
}

/** Returns for each step the indexes of its dependents, ascending. */
export function dependentsOf(steps: readonly Step[]): readonly (readonly number[])[] {
  const dependents: number[][] = steps.map(() => [])
  steps.forEach((step, index) => {
    for (const prerequisite of prerequisitesOf(step)) dependents[prerequisite]?.push(index)
  })
  return dependents
}
