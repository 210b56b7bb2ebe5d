import type { Step, Wait } from './step.ts'
import { isStep } from './step.ts'

/** What lowering goes through, in emission order: each command once, and the waits between them. */
export type Emission = Step | Wait

/**
 * For each leaf in order what was not emitted before, from root to leaf; before a step, what it depends on in the same way. Scratches and forks
 * run nothing and are left out. A stack of our own, because chains may be longer than the engine's stack.
 */
export function collect(leaves: readonly (Step | Wait)[]): Emission[] {
  const emitted: Emission[] = []
  const seen = new Set<Step>()
  for (const leaf of leaves) {
    if (!isStep(leaf)) {
      emitted.push(leaf)
      continue
    }
    const open = [{ step: leaf, ready: false }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { step, ready } = next
      if (seen.has(step)) continue
      if (ready) {
        seen.add(step)
        if (step.command !== undefined) emitted.push(step)
        continue
      }
      open.push({ step, ready: true })
      const { dependsOn = [], inputs = [] } = step.fields
      const before = [...(step.parent === null ? [] : [step.parent]), ...dependsOn, ...inputs.map(({ from }) => from)]
      for (const prerequisite of before.reverse())
        if (!seen.has(prerequisite)) open.push({ step: prerequisite, ready: false })
    }
  }
  return emitted
}
