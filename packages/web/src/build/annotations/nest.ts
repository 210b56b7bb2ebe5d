import type { Schema } from '../../api/schemas.ts'

type Node = Schema<'MarkdownNode'>

export interface NestedNode extends Node {
  readonly children: readonly NestedNode[]
}

/** Deeper elements are drawn beside their parents, because another server may have other limits. */
const deepest = 40

/** Nests a list of elements by their depths. */
export function nest(nodes: readonly Node[]): readonly NestedNode[] {
  const root: NestedNode[] = []
  const open = [root]
  for (const node of nodes) {
    const depth = Math.min(Math.max(node.depth, 0), open.length - 1, deepest)
    const children: NestedNode[] = []
    open.length = depth + 1
    open[depth]?.push({ ...node, children })
    open.push(children)
  }
  return root
}
