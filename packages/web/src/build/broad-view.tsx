import { Link } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense } from 'react'
import { useIsNarrow } from '../browser/use-is-narrow.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { Skeleton } from '../design/page-states.tsx'
import { PaneBoundary } from '../design/pane-boundary.tsx'
import { StateMark } from '../design/state-mark.tsx'
import { addressOf, type BuildView, type JobView, nameOf } from './data/job-state.ts'
import { ViewTabs } from './view-tabs.tsx'

const GraphView = lazy(() => import('./graph/graph-view.tsx').then(({ GraphView }) => ({ default: GraphView })))
const WaterfallView = lazy(() =>
  import('./waterfall/waterfall-view.tsx').then(({ WaterfallView }) => ({ default: WaterfallView })),
)

interface BroadViewProps {
  readonly tab: 'graph' | 'waterfall'
  readonly view: BuildView
  readonly selected: JobView | null
  readonly onSelect: (jobId: string) => void
  /** The selected step, shown below; on a narrow screen a link to it. */
  readonly children: ReactNode
}

/** Shows a view over the full width, above the selected step. Loads its code when it opens. */
export function BroadView({ tab, view, selected, onSelect, children }: BroadViewProps) {
  const isNarrow = useIsNarrow()
  const shown = { view, selected: selected?.id ?? null, onSelect }
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
      {!isNarrow ? (
        <div className="flex min-h-0 flex-1 basis-2/5 flex-col border-t border-hairline">{children}</div>
      ) : (
        selected !== null && <SelectedStep step={selected} />
      )}
    </div>
  )
}

function SelectedStep({ step }: { readonly step: JobView }) {
  return (
    <Link
      from="/$org/pipelines/$slug/builds/$number"
      to="."
      search={{ job: addressOf(step) }}
      state={{ isFollowed: false }}
      className="flex min-h-11 items-center gap-2 border-t border-hairline px-3"
    >
      <StateMark state={step.state} cached={step.cached} softFailed={step.soft_failed} />
      <span className="min-w-0 flex-1 truncate font-semibold">
        <IsolatedText text={nameOf(step)} />
      </span>
      <span className="shrink-0 underline decoration-edge underline-offset-3">Open its log</span>
    </Link>
  )
}
