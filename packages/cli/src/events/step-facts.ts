import type { Plan } from '@harmont/ir'

/** Facts of a step that its jobs do not carry. */
export interface StepFacts {
  readonly parentKey: string | null
  /** Its chain of `builds_in`, numbered from 0 in the order of the chains' roots. */
  readonly chain: number
  readonly image: string | null
  /** Total attempts that its retry policy allows. */
  readonly attempts: number
}

/** Facts of a build's steps, known before its first event. */
export interface BuildFacts {
  readonly steps: number
  /** Number of steps without `builds_in`. */
  readonly roots: number
  readonly of: (key: string) => StepFacts | undefined
}

/** Numbers the chains of steps. A parent may come after its child. */
export function buildFacts(steps: readonly (Omit<StepFacts, 'chain'> & { readonly key: string })[]): BuildFacts {
  const parents = new Map(steps.map(({ key, parentKey }) => [key, parentKey]))
  const roots = steps.filter(({ parentKey }) => parentKey === null)
  const chains = new Map(roots.map(({ key }, chain) => [key, chain]))
  for (const { key } of steps) {
    const path = new Set<string>()
    let at: string | null | undefined = key
    for (; at != null && !chains.has(at) && !path.has(at); at = parents.get(at)) path.add(at)
    for (const each of path) chains.set(each, chains.get(at ?? '') ?? 0)
  }
  const facts = new Map(
    steps.map(({ key, ...step }): [string, StepFacts] => [key, { ...step, chain: chains.get(key) ?? 0 }]),
  )
  return { steps: steps.length, roots: roots.length, of: (key) => facts.get(key) }
}

export function factsOfPlan({ steps }: Pick<Plan, 'steps'>): BuildFacts {
  const keyOf = (slot: number | null) => (slot === null ? null : (steps[slot]?.key ?? null))
  return buildFacts(
    steps.map(({ key, buildsIn, image, retry }) => {
      return { key, parentKey: keyOf(buildsIn), image, attempts: 1 + (retry?.limit ?? 0) }
    }),
  )
}
