import {
  BaseEdge,
  type Edge,
  type EdgeProps,
  MiniMap,
  ReactFlow,
  type ReactFlowProps,
  useReactFlow,
} from '@xyflow/react'
import { useMemo, useRef, useState } from 'react'
import { lookOf } from '../../design/state.ts'
import { useShortcuts } from '../../interaction/shortcuts.ts'
import { type Arrow, countSteps, type Graph, type GraphEdge, nameOf, relativesOf, walk } from './graph-model.ts'
import { EdgeKinds, GraphTools } from './graph-tools.tsx'
import type { Layout, Point } from './layout.ts'
import { type StepFlowNode, StepNode } from './step-node.tsx'
import { useCamera } from './use-camera.ts'
import { nodeSize } from './use-layout.ts'

const nodeTypes = { step: StepNode }
const edgeTypes = { routed: RoutedEdge }
/** Disables editing of the graph, and keys and scrolling that belong to the page. */
const fixed = {
  nodeTypes,
  edgeTypes,
  nodesDraggable: false,
  nodesConnectable: false,
  nodesFocusable: false,
  edgesFocusable: false,
  disableKeyboardA11y: true,
  deleteKeyCode: null,
  selectionKeyCode: null,
  minZoom: 0.1,
  maxZoom: 2,
  zoomOnScroll: false,
  zoomActivationKeyCode: ['Control', 'Meta'],
  preventScrolling: false,
  onlyRenderVisibleElements: true,
  proOptions: { hideAttribution: true },
} satisfies ReactFlowProps

interface GraphCanvasProps {
  readonly graph: Graph
  readonly layout: Layout
  readonly selected: string | null
  readonly onSelect: (jobId: string) => void
}

/** Draws the graph once every node has a position. */
export function GraphCanvas({ graph, layout, selected, onSelect }: GraphCanvasProps) {
  const { positions } = layout
  const place = useRef<HTMLElement>(null)
  const { zoomIn, zoomOut } = useReactFlow()
  const [isFocused, setFocused] = useState(false)
  const current = graph.nodes.find(({ steps }) => steps.some(({ id }) => id === selected))?.id ?? null
  const from = current ?? graph.nodes[0]?.id ?? ''
  const { centre, fit, isWide } = useCamera(place, positions, from)
  const { nodes, edges } = useDrawn(graph, layout, current)
  const go = (arrow: Arrow) => {
    const next = walk(graph.edges, positions, from, arrow)
    if (next === null) return
    onSelect(next)
    centre(next)
  }
  useGraphKeys(isFocused, go, fit)
  return (
    <section
      ref={place}
      aria-label={`Graph of ${countSteps(graph)} steps. Use the arrow keys to move`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys work while it has focus
      tabIndex={0}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      className="relative flex h-full min-h-80 flex-col bg-ground"
    >
      <EdgeKinds />
      <ReactFlow nodes={nodes} edges={edges} onNodeClick={(_, { id }) => onSelect(id)} {...fixed}>
        {isWide && <Overview />}
      </ReactFlow>
      <GraphTools
        place={place}
        onFit={() => void fit()}
        onZoomIn={() => void zoomIn()}
        onZoomOut={() => void zoomOut()}
      />
    </section>
  )
}

function useGraphKeys(isOn: boolean, go: (arrow: Arrow) => void, fit: () => Promise<unknown>): void {
  const { zoomIn, zoomOut } = useReactFlow()
  useShortcuts(
    'graph',
    [
      { keys: 'ArrowLeft', does: 'previous step', run: () => go('ArrowLeft') },
      { keys: 'ArrowRight', does: 'next step', run: () => go('ArrowRight') },
      { keys: 'ArrowUp', does: 'step above', run: () => go('ArrowUp') },
      { keys: 'ArrowDown', does: 'step below', run: () => go('ArrowDown') },
      { keys: '+', does: 'zoom in', run: () => void zoomIn() },
      { keys: '-', does: 'zoom out', run: () => void zoomOut() },
      { keys: '0', does: 'fit all', run: () => void fit() },
    ],
    isOn,
  )
}

/** Returns the nodes and edges to draw. Nodes unrelated to the current one are dimmed. */
function useDrawn(graph: Graph, { positions, passes }: Layout, current: string | null) {
  const lit = useMemo(() => (current === null ? null : relativesOf(graph.edges, current)), [graph.edges, current])
  const nodes = useMemo(
    () =>
      graph.nodes.map(({ id, steps }): StepFlowNode => {
        const [first] = steps
        const { word } = lookOf(first.state, { cached: first.cached ?? false, softFailed: first.soft_failed })
        return {
          ...{ id, type: 'step', position: positions[id] ?? { x: 0, y: 0 }, ...nodeSize, selected: id === current },
          data: { steps, isDimmed: lit !== null && !lit.has(id) },
          ariaLabel:
            steps.length === 1 ? `${nameOf(first)}: ${word}` : `${nameOf(first)} and ${steps.length - 1} more steps`,
        }
      }),
    [graph.nodes, positions, current, lit],
  )
  const edges = useMemo(
    () => graph.edges.map((edge) => drawnEdge(edge, passes[edge.id] ?? [], lit)),
    [graph.edges, passes, lit],
  )
  return { nodes, edges }
}

/** An overview of a wide graph. */
function Overview() {
  return (
    <MiniMap<StepFlowNode>
      pannable
      position="bottom-left"
      ariaLabel="Overview of the graph"
      bgColor="var(--raised)"
      maskColor="color-mix(in srgb, var(--sunk) 70%, transparent)"
      nodeColor={colourOf}
      nodeStrokeColor={({ selected }) => (selected === true ? 'var(--focus)' : 'transparent')}
      nodeStrokeWidth={12}
      className="rounded-small border border-edge max-sm:hidden"
    />
  )
}

/** Returns the colour of a node in the overview. */
function colourOf({ data }: StepFlowNode): string {
  const [{ state, cached, soft_failed: softFailed }] = data.steps
  return `var(--${lookOf(state, { cached: cached ?? false, softFailed }).tone})`
}

function drawnEdge({ id, from, to, kind }: GraphEdge, passes: Passes, lit: ReadonlySet<string> | null): RoutedFlowEdge {
  const isDimmed = lit !== null && !(lit.has(from) && lit.has(to))
  const line = kind === 'builds_in' ? { strokeWidth: 3 } : { strokeWidth: 1.25, strokeDasharray: '5 4' }
  const style = { ...line, stroke: 'var(--edge)', opacity: isDimmed ? 0.25 : 1 }
  return { id, source: from, target: to, type: 'routed', data: { passes }, focusable: false, selectable: false, style }
}

type Passes = Layout['passes'][string]
type RoutedFlowEdge = Edge<{ readonly passes: Passes }, 'routed'>

/** Draws an edge horizontally through the columns between its ends, in the gaps of the layout. */
function RoutedEdge({ data, sourceX, sourceY, targetX, targetY, style }: EdgeProps<RoutedFlowEdge>) {
  const path = pathOf({ x: sourceX, y: sourceY }, data?.passes ?? [], { x: targetX, y: targetY })
  return <BaseEdge path={path} {...(style === undefined ? {} : { style })} />
}

/** Returns the `d` attribute of an SVG path. */
function pathOf(from: Point, passes: Passes, to: Point): string {
  const ends = [...passes, [to, to] as const]
  let last = from
  const parts = ends.map(([start, end]) => {
    const middle = (last.x + start.x) / 2
    const curve = `C${middle} ${last.y} ${middle} ${start.y} ${start.x} ${start.y}`
    last = end
    return start === end ? curve : `${curve}H${end.x}`
  })
  return `M${from.x} ${from.y}${parts.join('')}`
}
