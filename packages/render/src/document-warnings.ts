import { type IrDocument, type IrNode, positionKey } from '@harmont/ir'

/** What is allowed in a document that plans, but mostly a slip (`sdk-cli.md` 3.4). */
export function warningsOf({ graph }: IrDocument): string[] {
  const parents = new Map<number, number>()
  for (const [from, to, kind] of graph.edges) if (kind === 'builds_in') parents.set(to, from)
  return graph.nodes.flatMap((node, index) => {
    const parent = graph.nodes[parents.get(index) ?? -1]
    if (!isCached(node)) return []
    const name = JSON.stringify(node.step.key)
    const warnings: string[] = []
    if (isPositionKey(node, index, parent?.step.key))
      warnings.push(
        `the cached step ${name} is identified by its position, so adding a step before it makes it run again. Give it a key.`,
      )
    if (parent !== undefined && !isCached(parent))
      warnings.push(
        `the cached step ${name} is built in ${JSON.stringify(parent.step.key)}, which always runs. Cache both or neither.`,
      )
    return warnings
  })
}

function isCached({ step }: IrNode): boolean {
  return step.cache !== undefined && step.cache !== null && step.cache.policy !== 'none'
}

function isPositionKey({ step }: IrNode, index: number, parent: string | undefined): boolean {
  return ['', parent ?? ''].some((before) => step.key === positionKey(before, step.cmd, index))
}
