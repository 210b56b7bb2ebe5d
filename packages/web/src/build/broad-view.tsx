import { lazy, type ReactNode, Suspense } from 'react'
import { Skeleton } from '../design/page-states.tsx'
import { PaneBoundary } from '../design/pane-boundary.tsx'
import type { BuildView } from './job-state.ts'
import { ViewTabs } from './view-tabs.tsx'

const GraphView = lazy(() => import('./graph/graph-view.tsx').then(({ GraphView }) => ({ default: GraphView })))
const WaterfallView = lazy(() =>
  import('./waterfall/waterfall-view.tsx').then(({ WaterfallView }) => ({ default: WaterfallView })),
)

interface BroadViewProps {
  readonly tab: 'graph' | 'waterfall'
  readonly view: BuildView
  readonly selected: string | null
  readonly onSelect: (jobId: string) => void
  /** The selected step, below. */
  readonly children: ReactNode
}

/** A view of the build that needs its whole width, over the selected step. Its code comes when it is opened first. */
export function BroadView({ tab, children, ...shown }: BroadViewProps) {
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ViewTabs />
      <div className="min-h-0 flex-1 basis-3/5 overflow-auto">
        <PaneBoundary what={`the ${tab}`} resetKey={tab}>
          <Suspense fallback={<Skeleton label="Loading the view" />}>
            {tab === 'graph' ? <GraphView {...shown} /> : <WaterfallView {...shown} />}
          </Suspense>
        </PaneBoundary>
      </div>
      <div className="flex min-h-0 flex-1 basis-2/5 flex-col border-t border-hairline">{children}</div>
    </div>
  )
}
