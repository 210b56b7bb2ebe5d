import type { PlannedStep } from '@harmont/ir'

/** For each step the number of its chain of `builds_in`, from 0 in the order of the chains' roots. */
export function chainsOf(steps: readonly PlannedStep[]): readonly number[] {
  let roots = 0
  const chains = steps.map(({ buildsIn }) => (buildsIn === null ? roots++ : -1))
  // A parent may come after its child.
  const chainOf = (slot: number): number => {
    const path: number[] = []
    let at = slot
    while ((chains[at] ?? 0) < 0) {
      path.push(at)
      at = steps[at]?.buildsIn ?? 0
    }
    for (const each of path) chains[each] = chains[at] ?? 0
    return chains[slot] ?? 0
  }
  return steps.map((_, slot) => chainOf(slot))
}
