import type { PlannedStep } from '../plan.ts'
import { appendedEdges, plannedAfterAppended } from './check-appended.ts'
import { inputEdges, plannedInputs } from './check-inputs.ts'
import { plannedServices, serviceEdges } from './check-services.ts'
import { findCycle, topologicalOrder } from './cycle.ts'
import type { Draft, Edge, StepNames } from './draft.ts'
import { describe, grouped, type Problems } from './problems.ts'

/** Default image of a step if neither the step nor its pipeline names one. */
export const DEFAULT_IMAGE = 'ubuntu:24.04'
const MAX_CHAIN = 1000
const MAX_SPLITS = 100

/**
 * Checks a draft as a graph and completes its steps. The result is valid only if no problem was
 * added. For an appended draft, `outer` maps the keys of steps outside the draft to negative
 * numbers, and a root without an image keeps none.
 */
export function planGraph(problems: Problems, draft: Draft, outer?: StepNames): PlannedStep[] {
  const { steps, stepsAt } = draft
  if (steps.length === 0) {
    const fix = 'Give the pipeline a step.'
    problems.add({
      stage: 'graph',
      code: 'empty_pipeline',
      at: stepsAt,
      expected: 'at least one command step',
      got: 'none',
      fix,
    })
    return []
  }
  checkKeys(problems, draft)
  checkSplits(problems, draft)
  const own = new Map(steps.map(({ key }, index) => [key, index]))
  const indexOf: StepNames = outer === undefined ? own : { get: (key) => own.get(key) ?? outer.get(key) }
  const edges = [
    ...draft.edges,
    ...outerEdges(draft, indexOf),
    ...inputEdges(problems, draft, indexOf),
    ...serviceEdges(problems, draft, indexOf),
    ...appendedEdges(problems, draft, indexOf),
  ]
  const { parents, prerequisites } = joinEdges(problems, { steps, edges })
  const all = prerequisites.map((list, i) =>
    (parents[i] === undefined ? list : [...list, parents[i]]).filter((from) => from >= 0),
  )
  const order = topologicalOrder(all)
  if (order === undefined) {
    const cycle = findCycle(all)
    const names = cycle.length > 100 ? [...cycle.slice(0, 50), ...cycle.slice(-50)] : cycle
    const keys = names.map((i) => JSON.stringify(steps[i]?.key))
    if (names.length < cycle.length) keys.splice(50, 0, `${grouped(cycle.length - names.length)} more`)
    const got = `the cycle ${[...keys, keys[0]].join(' → ')}`
    const at = steps[cycle[0] ?? 0]?.at ?? stepsAt
    problems.add({
      stage: 'graph',
      code: 'cycle',
      at,
      expected: 'steps that do not depend on themselves',
      got,
      fix: 'Remove one of these edges.',
    })
  } else checkChains(problems, draft, order, parents)
  const rootImage = outer === undefined ? (draft.defaultImage ?? DEFAULT_IMAGE) : null
  return steps.map((step, i) => finish(problems, rootImage, step, parents[i], prerequisites[i] ?? [], indexOf))
}

function outerEdges({ outerEdges = [] }: Draft, indexOf: StepNames): Edge[] {
  return outerEdges.flatMap(({ key, ...edge }) => {
    const from = indexOf.get(key)
    return from === undefined ? [] : [{ from, ...edge }]
  })
}

function checkKeys(problems: Problems, { steps }: Draft): void {
  const seen = new Map<string, string>()
  for (const { key, at } of steps) {
    const first = seen.get(key)
    if (first === undefined) seen.set(key, at)
    else {
      const got = `${describe(key)}, which ${first}/key has too`
      problems.add({
        stage: 'graph',
        code: 'duplicate_key',
        at: `${at}/key`,
        expected: 'a key of its own',
        got,
        fix: 'Rename one of the two.',
      })
    }
  }
}

/** Each split of a build is dealt out and stored separately. */
function checkSplits(problems: Problems, { steps }: Draft): void {
  const splits = new Set<string>()
  for (const { split, at } of steps) {
    if (split === undefined) continue
    splits.add(JSON.stringify([split.files, split.total]))
    if (splits.size <= MAX_SPLITS) continue
    const expected = `at most ${MAX_SPLITS} different splits`
    problems.add({
      stage: 'graph',
      at: `${at}/split`,
      expected,
      got: 'more',
      fix: 'Split the same files in several steps.',
    })
    return
  }
}

// A pair with both kinds of edge is one prerequisite, and builds_in decides. Exact repeats
// collapse.
function joinEdges(problems: Problems, { steps, edges }: Pick<Draft, 'steps' | 'edges'>) {
  const parents: (number | undefined)[] = steps.map(() => undefined)
  for (const { from, to, buildsIn, at } of edges) {
    if (!buildsIn || parents[to] === from) continue
    const first = parents[to]
    if (first === undefined) parents[to] = from
    else {
      const got = `${describe(steps[from]?.key)} besides ${describe(steps[first]?.key)}`
      const fix = 'A step starts from one file system: keep one, and make the other depends_on.'
      problems.add({ stage: 'graph', at: at(), expected: 'one builds_in prerequisite', got, fix })
    }
  }
  const sets = steps.map(() => new Set<number>())
  for (const { from, to } of edges) if (parents[to] !== from) sets[to]?.add(from)
  return { parents, prerequisites: sets.map((set) => [...set].sort((a, b) => a - b)) }
}

function checkChains(
  problems: Problems,
  { steps }: Draft,
  order: readonly number[],
  parents: readonly (number | undefined)[],
): void {
  const length = steps.map(() => 1)
  let longest = 0
  let tooLong: number | undefined
  for (const i of order) {
    const parent = parents[i]
    if (parent !== undefined) length[i] = (length[parent] ?? 0) + 1
    longest = Math.max(longest, length[i] ?? 0)
    if (longest > MAX_CHAIN) tooLong ??= i
  }
  if (tooLong === undefined) return
  const expected = `builds_in chains of at most ${grouped(MAX_CHAIN)} steps`
  const fix = 'Combine steps that only follow each other.'
  problems.add({ stage: 'graph', at: steps[tooLong]?.at ?? '', expected, got: `${grouped(longest)} steps`, fix })
}

function finish(
  problems: Problems,
  rootImage: string | null,
  { at, image, inputs, services, afterAppended, ...own }: Draft['steps'][number],
  parent: number | undefined,
  dependsOn: readonly number[],
  indexOf: StepNames,
): PlannedStep {
  const step = {
    ...own,
    ...(inputs.length > 0 && { inputs: plannedInputs(inputs, indexOf) }),
    ...(services.length > 0 && { services: plannedServices(services, indexOf) }),
    ...(afterAppended.length > 0 && { afterAppended: plannedAfterAppended(afterAppended, indexOf) }),
  }
  if (parent === undefined) return { ...step, image: image ?? rootImage, buildsIn: null, dependsOn }
  if (image !== undefined)
    problems.warn(
      () => `The image at ${at}/image is ignored: the step starts from the file system of the step it builds in.`,
    )
  return { ...step, image: null, buildsIn: parent, dependsOn }
}
