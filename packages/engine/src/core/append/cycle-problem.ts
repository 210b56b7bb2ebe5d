/** Detects cycles of appended steps through steps that wait for a generator's appended steps. */
import type { LiveBuild, Slot } from '../live-build.ts'
import type { Step } from '../model.ts'
import { generatorsOf, prerequisitesOf, waitersFor } from '../prerequisites.ts'

/**
 * Returns a sentence about a cycle; null if there is none. The appended steps have no cycles among
 * themselves.
 */
export function cycleProblem(
  { steps, dependents }: Pick<LiveBuild, 'steps' | 'dependents'>,
  generator: Slot,
  added: readonly Step[],
): string | null {
  const generators = [generator, ...generatorsOf(steps, generator)]
  const own = added.find(({ afterAppended = [] }) => afterAppended.some((from) => generators.includes(from)))
  if (own !== undefined) return `\`${own.key}\` would wait for itself: it waits for all that its generator appends.`
  const after = reachable(dependents, waitersFor(steps, generators))
  if (after.size === 0) return null
  const all = [...steps, ...added]
  for (const [index, { key }] of added.entries()) {
    const from = prerequisitesOf(all, steps.length + index).find((slot) => after.has(slot))
    if (from !== undefined)
      return `\`${key}\` and \`${steps[from]?.key}\` would wait for each other: the latter waits for what the generator appends.`
  }
  return null
}

/** Returns these steps and their direct and indirect dependents. */
function reachable(dependents: LiveBuild['dependents'], slots: readonly Slot[]): ReadonlySet<Slot> {
  const found = new Set(slots)
  for (const slot of found) for (const dependent of dependents[slot] ?? []) found.add(dependent)
  return found
}
