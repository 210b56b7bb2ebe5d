import type { Schema } from '../../api/schemas.ts'
import { type Appended, appendedIn } from '../data/appended.ts'
import type { Positions } from './layout.ts'

export type Step = Schema<'JobView'>

interface GraphNode {
  readonly id: string
  /** One step, or several with the same neighbours folded into one node. */
  readonly steps: readonly [Step, ...Step[]]
}

export interface GraphEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Whether the later step starts in the file system of the earlier one, or only waits for it. */
  readonly kind: 'builds_in' | 'depends_on'
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** Above this many nodes, steps with the same neighbours are folded. */
const foldAbove = 200
/** Above this many nodes, the graph is drawn only after a click. */
export const drawUpTo = 300
/** Above this many nodes, the graph is never drawn: dagre would take seconds (web B10). */
export const drawAtMost = 500

/** Returns the steps of a build and their edges, folded if there are too many. */
export function graphOf(steps: readonly Step[]): Graph {
  const whole = wholeGraph(steps)
  return whole.nodes.length > foldAbove ? fold(whole) : whole
}

function wholeGraph(steps: readonly Step[]): Graph {
  const appended = appendedIn(steps)
  const edges = steps.flatMap((step) => edgesInto(step, appended))
  return { nodes: steps.map((step) => ({ id: step.id, steps: [step] })), edges }
}

function edgesInto(step: Step, { stepOf, generatorOf, isAppended, below }: Appended): readonly GraphEdge[] {
  const parent = stepOf(step.builds_in)
  const before = new Set((step.depends_on ?? []).flatMap((id) => stepOf(id) ?? []))
  // The step waits for all appended steps, but only the last of them get an edge to it.
  const { all, last } = below(step.after_appended ?? [])
  for (const id of all) before.delete(id)
  for (const id of last) before.add(id)
  if (parent !== undefined) before.add(parent)
  const generator = generatorOf(step)
  // The first appended steps follow their generator; the others follow those.
  if (generator !== undefined && ![...before].some(isAppended)) before.add(generator)
  before.delete(step.id)
  return [...before].map((from) => {
    const kind = from === parent ? 'builds_in' : 'depends_on'
    return { id: `${from} ${step.id}`, from, to: step.id, kind } as const
  })
}

/** Merges steps with the same predecessors and successors into one node. */
function fold({ nodes, edges }: Graph): Graph {
  const places = new Map<string, string[]>(nodes.map(({ id }) => [id, []]))
  for (const { from, to, kind } of edges) {
    places.get(from)?.push(`>${to} ${kind}`)
    places.get(to)?.push(`<${from} ${kind}`)
  }
  const groups = Map.groupBy(nodes, ({ id }) => {
    const place = places.get(id)?.toSorted().join('|') ?? ''
    // A step without edges stays alone.
    return place === '' ? id : place
  })
  const groupOf = new Map<string, string>()
  const folded = [...groups.values()].flatMap((members): GraphNode[] => {
    const [first] = members
    if (first === undefined) return []
    for (const { id } of members) groupOf.set(id, first.id)
    return [{ id: first.id, steps: [first.steps[0], ...members.slice(1).map(({ steps }) => steps[0])] }]
  })
  const merged = new Map<string, GraphEdge>()
  for (const { from, to, kind } of edges) {
    const ends = [groupOf.get(from) ?? from, groupOf.get(to) ?? to] as const
    merged.set(ends.join(' '), { id: ends.join(' '), from: ends[0], to: ends[1], kind })
  }
  return { nodes: folded, edges: [...merged.values()] }
}

/** Counts the steps, including folded ones. */
export function countSteps({ nodes }: Graph): number {
  return nodes.reduce((sum, { steps }) => sum + steps.length, 0)
}

/** Returns all ancestors and descendants of a node, and the node itself. */
export function relativesOf(edges: readonly GraphEdge[], id: string): ReadonlySet<string> {
  return new Set([...reach(edges, id, 'to', 'from'), ...reach(edges, id, 'from', 'to')])
}

function reach(edges: readonly GraphEdge[], start: string, near: 'from' | 'to', far: 'from' | 'to'): Set<string> {
  const next = Map.groupBy(edges, (edge) => edge[near])
  const found = new Set([start])
  for (const id of found) for (const edge of next.get(id) ?? []) found.add(edge[far])
  return found
}

/** Returns a key of the layout. It omits states, so the picture stays while they change. */
export function shapeOf({ nodes, edges }: Graph): string {
  return JSON.stringify([nodes.map(({ id }) => id), edges.map(({ id, kind }) => [id, kind])])
}

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

/**
 * Returns the next node in the direction of an arrow key: left and right along edges, up and down
 * within the column. Returns null if there is none.
 */
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

/** Returns the step's name, else its key, else its command. */
export function nameOf(step: {
  readonly name?: string | null
  readonly step_key?: string | null
  readonly command?: string | null
}): string {
  return step.name ?? step.step_key ?? step.command ?? 'step'
}
