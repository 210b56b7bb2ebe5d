import type { Job, Step } from './model.ts'
import { isTerminal } from './states.ts'

/** State of a prerequisite for its dependent: satisfied, never satisfied, or still open. */
export type Verdict = 'met' | 'failed' | 'open'

/**
 * Judges one edge. `job` is the newest attempt of the prerequisite, `from` the index of its step.
 */
export function judge(dependent: Step, from: number, job: Job): Verdict {
  if (!isTerminal(job.state)) return 'open'
  if (job.state === 'passed') return 'met'
  // Only a passed step leaves a file system to start from.
  if (dependent.buildsIn === from) return 'failed'
  return dependent.continueOnFailure || job.skipReason === 'condition' || job.softFailed ? 'met' : 'failed'
}

/**
 * Returns the indexes of all prerequisites of a step, each once: of both kinds, and the steps
 * appended by the generators in `afterAppended`.
 */
export function prerequisitesOf(steps: readonly Step[], index: number): readonly number[] {
  const step = steps[index]
  if (step === undefined) return []
  const { afterAppended } = step
  const own = namedPrerequisites(step)
  if (afterAppended === undefined) return own
  return [...new Set([...own, ...afterAppended.flatMap((from) => appendedBelow(steps, from))])]
}

/** Returns the prerequisites that the step itself lists, each once. */
export function namedPrerequisites({ buildsIn, dependsOn, afterAppended }: Step): readonly number[] {
  const own = buildsIn === null ? dependsOn : [buildsIn, ...dependsOn]
  return afterAppended === undefined ? own : [...new Set([...own, ...afterAppended])]
}

const appended = new WeakMap<readonly Step[], ReadonlyMap<number, readonly number[]>>()

/** Returns the steps that a generator has appended directly or indirectly, ascending. */
function appendedBelow(steps: readonly Step[], generator: number): readonly number[] {
  const known = appended.get(steps) ?? findAppended(steps)
  appended.set(steps, known)
  return known.get(generator) ?? []
}

function findAppended(steps: readonly Step[]): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>()
  for (const index of steps.keys()) {
    for (const generator of generatorsOf(steps, index)) {
      const below = found.get(generator)
      if (below === undefined) found.set(generator, [index])
      else below.push(index)
    }
  }
  return found
}

/** Returns the chain of generators above an appended step, nearest first. */
export function generatorsOf(steps: readonly Step[], index: number): readonly number[] {
  const generators: number[] = []
  for (let by = steps[index]?.appendedBy; by !== undefined; by = steps[by.step]?.appendedBy) generators.push(by.step)
  return generators
}

const waiting = new WeakMap<readonly Step[], readonly number[]>()

/** Returns the steps that wait for the appended steps of these generators. */
export function waitersFor(steps: readonly Step[], generators: readonly number[]): readonly number[] {
  const all = waiting.get(steps) ?? [...steps.keys()].filter((index) => steps[index]?.afterAppended !== undefined)
  waiting.set(steps, all)
  return all.filter((index) => steps[index]?.afterAppended?.some((from) => generators.includes(from)))
}

/** Returns for each step the indexes of its dependents, ascending. */
export function dependentsOf(steps: readonly Step[]): readonly (readonly number[])[] {
  const dependents: number[][] = steps.map(() => [])
  for (const index of steps.keys())
    for (const prerequisite of prerequisitesOf(steps, index)) dependents[prerequisite]?.push(index)
  return dependents
}
