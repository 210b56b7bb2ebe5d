import { lazy, Suspense } from 'react'
import { Skeleton } from '../design/page-states.tsx'
import { PaneBoundary } from '../design/pane-boundary.tsx'
import type { BuildView } from './data/job-state.ts'
import type { BuildPlace } from './data/queries.ts'
import { ViewTabs } from './view-tabs.tsx'

const views = {
  tests: lazy(() => import('./tests/tests-view.tsx').then(({ TestsView }) => ({ default: TestsView }))),
  artifacts: lazy(() =>
    import('./artifacts/artifacts-view.tsx').then(({ ArtifactsView }) => ({ default: ArtifactsView })),
  ),
} as const

interface WholeViewProps {
  readonly tab: keyof typeof views
  readonly place: BuildPlace
  readonly view: BuildView
}

/** Shows the tests or the artifacts of a build over the full width. Loads their code on opening. */
export function WholeView({ tab, ...shown }: WholeViewProps) {
  const View = views[tab]
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ViewTabs />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <PaneBoundary what={`the ${tab}`} resetKey={tab}>
          <Suspense fallback={<Skeleton label={`Loading the ${tab}`} />}>
            <View {...shown} />
          </Suspense>
        </PaneBoundary>
      </div>
    </div>
  )
}
