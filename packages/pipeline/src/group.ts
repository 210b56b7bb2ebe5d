import { flatLeaves } from './leaves.ts'
import type { Leaves, Step, Wait } from './step.ts'

/** Steps, lists of them and toolchains as one flat list of leaves, to be used in several places. */
export function group(steps: Leaves): readonly (Step | Wait)[] {
  return Object.freeze(flatLeaves('group', steps))
}
