import { Graph as DagreGraph, layout } from '@dagrejs/dagre'

export interface LayoutRequest {
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[]
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

/** The upper left corner of every node, by its id. */
export type Positions = Readonly<Record<string, { readonly x: number; readonly y: number }>>

/** Places a graph from left to right. */
export function layoutGraph({ nodes, edges }: LayoutRequest): Positions {
  const graph = new DagreGraph()
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 56, marginx: 8, marginy: 8 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  for (const { from, to } of edges) graph.setEdge(from, to)
  layout(graph)
  return Object.fromEntries(
    nodes.map(({ id, width, height }) => {
      const { x, y } = graph.node(id) as { readonly x: number; readonly y: number }
      return [id, { x: x - width / 2, y: y - height / 2 }]
    }),
  )
}
