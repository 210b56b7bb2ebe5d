/** Checks `after_appended` of steps against the steps that they name. */
import type { AfterAppended } from './append.ts'
import type { Draft, Edge, StepNames } from './draft.ts'
import { describe, type Problems } from './problems.ts'

/**
 * Returns an edge for each entry: a step also waits for the generators whose appended steps it
 * waits for.
 */
export function appendedEdges(problems: Problems, { steps }: Draft, indexOf: StepNames): Edge[] {
  return steps.flatMap(({ afterAppended }, to) =>
    afterAppended.flatMap(({ from, at }) => {
      const index = indexOf.get(from)
      if (index === undefined) {
        const problem = { stage: 'graph', code: 'unknown_dependency', at, expected: 'the key of a step' } as const
        problems.add({ ...problem, got: describe(from), fix: 'Name a step of this pipeline.' })
        return []
      }
      // The engine checks references to steps that are in the build but not in the document.
      if (index >= 0 && steps[index]?.append === undefined) {
        const problem = { stage: 'graph', at, expected: 'the key of a step with "append"' } as const
        problems.add({ ...problem, got: describe(from), fix: 'Give that step "append", or use depends_on.' })
      }
      return [{ from: index, to, buildsIn: false, at: () => at }]
    }),
  )
}

/** Returns the indexes of the generators, ascending. */
export function plannedAfterAppended(afterAppended: readonly AfterAppended[], indexOf: StepNames): readonly number[] {
  const indexes = new Set(afterAppended.flatMap(({ from }) => indexOf.get(from) ?? []))
  return [...indexes].sort((a, b) => a - b)
}
