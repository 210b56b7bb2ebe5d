import type { GraphEdge } from './graph-model.ts'
import type { Positions } from './layout.ts'

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

/** The node that an arrow key leads to: left and right along edges, up and down to the nearest in the same column. Null: there is none. */
export function walk(edges: readonly GraphEdge[], positions: Positions, from: string, arrow: Arrow): string | null {
  const here = positions[from]
  if (here === undefined) return null
  const candidates = candidatesOf(edges, positions, from, arrow)
  const distance = (id: string) => Math.abs((positions[id]?.y ?? 0) - here.y)
  return candidates.toSorted((a, b) => distance(a) - distance(b))[0] ?? null
}

function candidatesOf(edges: readonly GraphEdge[], positions: Positions, from: string, arrow: Arrow): string[] {
  const here = positions[from] ?? { x: 0, y: 0 }
  const inColumn = (side: (y: number) => boolean) =>
    Object.entries(positions).flatMap(([id, { x, y }]) => (Math.abs(x - here.x) < 1 && side(y) ? [id] : []))
  switch (arrow) {
    case 'ArrowLeft':
      return edges.flatMap((edge) => (edge.to === from ? [edge.from] : []))
    case 'ArrowRight':
      return edges.flatMap((edge) => (edge.from === from ? [edge.to] : []))
    case 'ArrowUp':
      return inColumn((y) => y < here.y)
    case 'ArrowDown':
      return inColumn((y) => y > here.y)
  }
}
