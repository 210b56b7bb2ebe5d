import { type IrDocument, type IrNode, positionKey } from '@harmont/ir'

/** Returns warnings about parts of a valid document that are usually mistakes (`render.md` 1). */
export function warningsOf({ graph }: IrDocument): string[] {
  const parents = new Map<number, number>()
  for (const [from, to, kind] of graph.edges) if (kind === 'builds_in') parents.set(to, from)
  const alike = new Set<string>()
  const unstable = graph.nodes.flatMap((node, index) => {
    const parent = graph.nodes[parents.get(index) ?? -1]
    if (!isCached(node)) return []
    if (isPositionKey(node, index, parent?.step.key)) alike.add(nameOf(node))
    if (parent === undefined || isCached(parent)) return []
    return `the cached step ${nameOf(node)} is built in ${nameOf(parent)}, which always runs. Cache both or neither.`
  })
  return [...positionWarning([...alike]), ...unstable]
}

/** Returns one warning for all such steps, because they share their cause. */
function positionWarning(names: readonly string[]): string[] {
  if (names.length === 0) return []
  const [steps, lack, them, each] =
    names.length === 1
      ? ['step', 'has no key and no label of its own', 'it', 'it']
      : ['steps', 'have no key and no label of their own', 'one', 'each']
  return [
    `the cached ${steps} ${names.join(', ')} ${lack}, so adding a step before ${them} makes it run again. Give ${each} a key.`,
  ]
}

/**
 * Names a step by its label, else by its command, because a key made from its position means
 * nothing to its author.
 */
function nameOf({ step }: IrNode): string {
  return JSON.stringify(step.label || step.cmd.trim().split('\n', 1)[0]?.slice(0, 40))
}

function isCached({ step }: IrNode): boolean {
  return step.cache !== undefined && step.cache !== null && step.cache.policy !== 'none'
}

function isPositionKey({ step }: IrNode, index: number, parent: string | undefined): boolean {
  return ['', parent ?? ''].some((before) => step.key === positionKey(before, step.cmd, index))
}
