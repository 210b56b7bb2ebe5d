import { state } from './state.ts'
import type { Leaves } from './step.ts'
import { isStep, isWait, LEAVES, type StandsForLeaves, type Step, type Wait } from './step.ts'
import { wrongUse } from './wrong-use.ts'

const FIX = 'Pass the result of sh(), wait() or a toolchain.'

/**
 * Flattens lists, and objects that stand for leaves, in source order. `where` names the call in an
 * error. Values for which `takes` returns true are left to the caller and omitted.
 */
export function flatLeaves(
  where: string,
  leaves: unknown,
  expected = 'a step, a wait or a list of them',
  takes: (value: unknown) => boolean = () => false,
): (Step | Wait)[] {
  const flat: (Step | Wait)[] = []
  const open: unknown[] = [leaves]
  while (open.length > 0) {
    const leaf = open.pop()
    if (takes(leaf)) continue
    if (isStep(leaf) || isWait(leaf)) flat.push(leaf)
    else if (Array.isArray(leaf)) for (const entry of leaf.toReversed()) open.push(entry)
    else if (standsForLeaves(leaf)) open.push(leavesOf(leaf))
    else throw wrongUse(where, expected, leaf, FIX)
  }
  return flat
}

function leavesOf(object: StandsForLeaves): unknown {
  const { shard, cell, stoodFor: outside } = state()
  const stoodFor = shard?.stoodFor ?? outside
  const known = stoodFor.get(object) ?? new Map<typeof cell, unknown>()
  stoodFor.set(object, known)
  if (!known.has(cell)) known.set(cell, object[LEAVES]())
  return known.get(cell)
}

/** Whether a value stands for leaves, of this or of another copy of the SDK. */
function standsForLeaves(value: unknown): value is StandsForLeaves {
  return typeof value === 'object' && value !== null && LEAVES in value && typeof value[LEAVES] === 'function'
}

/**
 * Returns steps, lists of them and toolchains as one flat list of leaves, for use in several
 * places.
 */
export function group(steps: Leaves): readonly (Step | Wait)[] {
  return Object.freeze(flatLeaves('group', steps))
}
