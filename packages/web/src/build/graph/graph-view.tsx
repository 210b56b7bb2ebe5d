import '@xyflow/react/dist/base.css'
import { ReactFlowProvider } from '@xyflow/react'
import { useMemo, useState } from 'react'
import type { Schema } from '../../api/schemas.ts'
import { Button } from '../../design/button.tsx'
import { EmptyState, Skeleton } from '../../design/page-states.tsx'
import { GraphCanvas } from './graph-canvas.tsx'
import { countSteps, drawAtMost, drawUpTo, graphOf } from './graph-model.ts'
import { useLayout } from './use-layout.ts'

interface GraphViewProps {
  readonly view: Schema<'BuildView'>
  /** The id of the selected job. */
  readonly selected: string | null
  readonly onSelect: (jobId: string) => void
}

/** Shows the build as a graph (web B10). The list of steps has the same information as text. */
export function GraphView({ view, selected, onSelect }: GraphViewProps) {
  const [isForced, setForced] = useState(false)
  const graph = useMemo(() => graphOf(view.jobs ?? []), [view.jobs])
  const count = graph.nodes.length
  const isDrawn = count <= (isForced ? drawAtMost : drawUpTo)
  const { layout, failed } = useLayout(isDrawn ? graph : null)
  if (!isDrawn)
    return (
      <EmptyState
        title={`The graph has ${countSteps(graph)} steps and is hard to read`}
        action={count <= drawAtMost && <Button onClick={() => setForced(true)}>Show it anyway</Button>}
      >
        The step list shows all of them, in the order of the graph.
      </EmptyState>
    )
  if (failed)
    return (
      <EmptyState title="Could not lay out the graph">The step list shows the same. Reload to try again.</EmptyState>
    )
  if (layout === null) return <Skeleton label="Laying out the graph" />
  return (
    <ReactFlowProvider>
      <GraphCanvas graph={graph} layout={layout} selected={selected} onSelect={onSelect} />
    </ReactFlowProvider>
  )
}
