import { prerequisitesOf, type Step } from '@harmont/engine'

/** Returns the indexes of all prerequisites of a step, ascending. */
export function sortedPrerequisites(steps: readonly Step[], index: number): readonly number[] {
  return ascending(prerequisitesOf(steps, index))
}

export function ascending(indexes: readonly number[]): readonly number[] {
  return [...indexes].sort((a, b) => a - b)
}

/** Returns the steps' indexes, prerequisites first, otherwise in the order of the IR. */
export function orderSteps(steps: readonly Step[]): readonly number[] {
  const ordered: number[] = []
  const placed = new Set<number>()
  for (let index = 0; index < steps.length; index += 1) place(index)
  return ordered

  /** Depth first, without recursion: a chain may have 10,000 steps. */
  function place(root: number): void {
    const stack = [root]
    for (let index = stack.at(-1); index !== undefined; index = stack.at(-1)) {
      const missing = sortedPrerequisites(steps, index).filter((before) => !placed.has(before))
      if (missing.length > 0) stack.push(...missing.reverse())
      else {
        stack.pop()
        if (!placed.has(index)) ordered.push(index)
        placed.add(index)
      }
    }
  }
}
