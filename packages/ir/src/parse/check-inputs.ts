/** Checks the inputs of steps against the steps that they name. */
import type { PlannedInput } from '../plan.ts'
import type { Draft, Edge, StepNames } from './draft.ts'
import type { InputDraft } from './inputs.ts'
import { describe, type Problems } from './problems.ts'

/** Returns an edge for each input: a step waits for the steps that leave its inputs. */
export function inputEdges(problems: Problems, { steps }: Draft, indexOf: StepNames): Edge[] {
  return steps.flatMap(({ inputs }, to) =>
    inputs.flatMap(({ from, at }) => {
      const index = indexOf.get(from)
      if (index !== undefined) return [{ from: index, to, buildsIn: false, at: () => at }]
      const problem = { stage: 'graph', code: 'unknown_dependency', at, expected: 'the key of a step' } as const
      problems.add({ ...problem, got: describe(from), fix: 'Name a step of this pipeline.' })
      return []
    }),
  )
}

/** Returns the inputs of a step in their planned form. */
export function plannedInputs(inputs: readonly InputDraft[], indexOf: StepNames): readonly PlannedInput[] {
  return inputs.map(({ at: _, from, ...input }) => ({ from: indexOf.get(from) ?? 0, ...input }))
}
