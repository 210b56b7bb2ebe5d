/** Prerequisites of each node, by index. */
export type Prerequisites = readonly (readonly number[])[]

/**
 * Returns the nodes in an order in which each follows its prerequisites; undefined for a graph with
 * a cycle.
 */
export function topologicalOrder(prerequisites: Prerequisites): number[] | undefined {
  const dependents: number[][] = prerequisites.map(() => [])
  const missing = prerequisites.map((list) => list.length)
  prerequisites.forEach((list, node) => {
    for (const before of list) dependents[before]?.push(node)
  })
  const order: number[] = []
  for (let node = 0; node < missing.length; node++) if (missing[node] === 0) order.push(node)
  for (let next = 0; next < order.length; next++) {
    for (const node of dependents[order[next] ?? 0] ?? []) {
      missing[node] = (missing[node] ?? 0) - 1
      if (missing[node] === 0) order.push(node)
    }
  }
  return order.length === prerequisites.length ? order : undefined
}

/**
 * Returns one cycle of a cyclic graph in running order: each node is a prerequisite of the next,
 * and the last of the first. Starts with the lowest index, so that a document always yields the
 * same message.
 */
export function findCycle(prerequisites: Prerequisites): number[] {
  const done = new Set<number>()
  for (let start = 0; start < prerequisites.length; start++) {
    const path: number[] = []
    const tried: number[] = []
    const placeOf = new Map<number, number>()
    let node: number | undefined = start
    // Walks depth-first towards the prerequisites, with its own stack.
    while (node !== undefined) {
      const seenAt = placeOf.get(node)
      if (seenAt !== undefined) return startingLowest(path.slice(seenAt).reverse())
      if (!done.has(node)) {
        placeOf.set(node, path.length)
        path.push(node)
        tried.push(0)
      }
      node = undefined
      while (path.length > 0 && node === undefined) {
        const top = path.length - 1
        const here = path[top] ?? 0
        const edge = tried[top] ?? 0
        node = prerequisites[here]?.[edge]
        tried[top] = edge + 1
        if (node !== undefined) break
        done.add(here)
        placeOf.delete(here)
        path.pop()
        tried.pop()
      }
    }
  }
  throw new Error('findCycle: the graph has no cycle')
}

function startingLowest(cycle: readonly number[]): number[] {
  let lowest = 0
  for (const [i, node] of cycle.entries()) if (node < (cycle[lowest] ?? 0)) lowest = i
  return [...cycle.slice(lowest), ...cycle.slice(0, lowest)]
}
