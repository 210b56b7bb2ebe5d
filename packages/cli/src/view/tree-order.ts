import type { Step } from './run-model.ts'

/** A step's position in the tree: under its parent, or under its generator. */
export interface Place<S = Step> {
  readonly step: S
  /** Index of its parent's place, always lower than its own; -1 for a root. */
  readonly parent: number
}

interface Placeable {
  readonly parentKey: string | null
  readonly appendedBy?: string | null
}

/** Returns all steps, parents before children, siblings in the order of their queueing. */
export function treeOrder<S extends Placeable>({
  steps,
  byKey,
}: {
  readonly steps: readonly S[]
  readonly byKey: ReadonlyMap<string, S>
}): Place<S>[] {
  const children = new Map<S, S[]>()
  const roots: S[] = []
  for (const step of steps) {
    const parent = above(step, byKey)
    if (parent === undefined || parent === step) roots.push(step)
    else if (children.has(parent)) children.get(parent)?.push(step)
    else children.set(parent, [step])
  }
  const places: Place<S>[] = []
  const placed = new Set<S>()
  const walk = (root: S) => {
    const stack: { readonly step: S; readonly parent: number }[] = [{ step: root, parent: -1 }]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (placed.has(next.step)) continue
      placed.add(next.step)
      const parent = places.push(next) - 1
      for (const child of (children.get(next.step) ?? []).toReversed()) stack.push({ step: child, parent })
    }
  }
  for (const root of roots) walk(root)
  // Shows each step of a cycle, although a correct server reports none.
  if (placed.size < steps.length) for (const step of steps) walk(step)
  return places
}

/** An appended step is under its generator, unless it builds in another appended step. */
function above<S extends Placeable>({ parentKey, appendedBy }: S, byKey: ReadonlyMap<string, S>): S | undefined {
  const parent = byKey.get(parentKey ?? '')
  const isAmongAppended = parent !== undefined && parent.appendedBy != null
  return appendedBy == null || isAmongAppended ? parent : byKey.get(appendedBy)
}
