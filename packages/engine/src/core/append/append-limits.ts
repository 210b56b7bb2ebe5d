/** Limits the steps that generators append to a build. */
import type { LiveBuild, Slot } from '../live-build.ts'
import type { Step } from '../model.ts'
import { generatorsOf, prerequisitesOf, waitersFor } from '../prerequisites.ts'

const mostAppended = 10_000
const mostGenerations = 3
const mostEdges = 200_000
const longestChain = 1_000
const mostSplits = 100

/** Returns a sentence about the first limit that these steps exceed; null if they exceed none. */
export function limitProblem(
  { steps, dependents }: Pick<LiveBuild, 'steps' | 'dependents'>,
  generator: Slot,
  max: number,
  added: readonly Step[],
): string | null {
  if (added.length > max) return `It asks for ${grouped(added.length)} steps; its \`append\` allows ${grouped(max)}.`
  const before = steps.filter(({ appendedBy }) => appendedBy !== undefined).length
  if (before + added.length > mostAppended)
    return `The build would have ${grouped(before + added.length)} appended steps; at most ${grouped(mostAppended)} are possible.`
  if (added.length > 0 && generatorsOf(steps, generator).length >= mostGenerations)
    return `Steps can append steps over at most ${mostGenerations} generations, and this step is of the last one.`
  const all = [...steps, ...added]
  const waiters = waitersFor(steps, [generator, ...generatorsOf(steps, generator)]).length
  let edges = dependents.reduce((sum, { length }) => sum + length, added.length * waiters)
  for (const index of added.keys()) edges += prerequisitesOf(all, steps.length + index).length
  if (edges > mostEdges)
    return `The build would have ${grouped(edges)} edges, each wait for an appended step among them; at most ${grouped(mostEdges)} are possible.`
  if (isChainTooLong(all, steps.length))
    return `A chain of steps that build in one another would be longer than ${grouped(longestChain)}.`
  const splits = new Set(all.flatMap(({ split }) => (split ? JSON.stringify([split.files, split.total]) : [])))
  if (splits.size > mostSplits) return `The build would have ${splits.size} splits; at most ${mostSplits} are possible.`
  return null
}

/** Returns whether the chain of a step from slot `first` on is too long. */
function isChainTooLong(steps: readonly Step[], first: Slot): boolean {
  const lengths = new Map<Slot, number>()
  for (let slot = first; slot < steps.length; slot++) {
    const chain: Slot[] = []
    let at: Slot | null = slot
    while (at !== null && !lengths.has(at) && chain.length <= longestChain) {
      chain.push(at)
      at = steps[at]?.buildsIn ?? null
    }
    let length = at === null ? 0 : (lengths.get(at) ?? 0)
    for (const each of chain.reverse()) lengths.set(each, ++length)
    if (length > longestChain || (lengths.get(slot) ?? 0) > longestChain) return true
  }
  return false
}

function grouped(value: number): string {
  return value.toLocaleString('en-US')
}
