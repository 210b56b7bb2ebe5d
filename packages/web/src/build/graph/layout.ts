import { Graph as DagreGraph, layout } from '@dagrejs/dagre'

export interface LayoutRequest {
  /** Nodes in the order of the pipeline's source. */
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[]
  readonly edges: readonly { readonly id: string; readonly from: string; readonly to: string }[]
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** The upper left corner of each node, by id. */
export type Positions = Readonly<Record<string, Point>>

export interface Layout {
  readonly positions: Positions
  /** The horizontal segments of each edge in the columns between its ends, by edge id. */
  readonly passes: Readonly<Record<string, readonly (readonly [Point, Point])[]>>
}

/**
 * Places a graph from left to right: each step directly after its last prerequisite, and the steps
 * of a column in source order. dagre alone reorders both to reduce crossings, and the result
 * differs from the source.
 */
export function layoutGraph({ nodes, edges }: LayoutRequest): Layout {
  const columns = columnsOf({ nodes, edges })
  const graph = new DagreGraph()
  graph.setGraph({ rankdir: 'LR', nodesep: 12, ranksep: 56, marginx: 8, marginy: 8 })
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  for (const { from, to } of edges)
    graph.setEdge(from, to, { minlen: Math.max(1, (columns.get(to) ?? 0) - (columns.get(from) ?? 0)) })
  layout(graph, { disableOptimalOrderHeuristic: true })
  const at = (id: string) => graph.node(id) as { readonly x: number; readonly y: number }
  const positions = nodes.map(({ id, width, height }) => {
    const { x, y } = at(id)
    return [id, { x: x - width / 2, y: y - height / 2 }]
  })
  const halfOf = new Map(nodes.map(({ id, width }) => [Math.round(at(id).x), width / 2]))
  const passes = edges.map(({ id, from, to }) => {
    const { points = [] } = graph.edge(from, to) as { readonly points?: readonly Point[] }
    // Other points lie between two columns, or on the end nodes.
    const inColumns = points.filter(({ x }) => halfOf.has(Math.round(x)) && x > at(from).x && x < at(to).x)
    const level = inColumns.map(({ x, y }) => {
      const half = halfOf.get(Math.round(x)) ?? 0
      return [
        { x: x - half, y },
        { x: x + half, y },
      ] as const
    })
    return [id, level]
  })
  return { positions: Object.fromEntries(positions), passes: Object.fromEntries(passes) }
}

/** Returns the column of each node: one after its last prerequisite. */
function columnsOf({ nodes, edges }: LayoutRequest): ReadonlyMap<string, number> {
  const columns = new Map(nodes.map(({ id }) => [id, 0]))
  // One round suffices if nodes follow their prerequisites. The limit also ends a cycle.
  for (let round = 0, hasMoved = true; hasMoved && round < nodes.length; round++) {
    hasMoved = false
    for (const { from, to } of edges) {
      const least = (columns.get(from) ?? 0) + 1
      if ((columns.get(to) ?? 0) >= least) continue
      columns.set(to, least)
      hasMoved = true
    }
  }
  return columns
}
