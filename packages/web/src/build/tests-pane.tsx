import { lazy, Suspense } from 'react'
import { Skeleton } from '../design/page-states.tsx'
import { PaneBoundary } from '../design/pane-boundary.tsx'
import type { BuildView } from './data/job-state.ts'
import type { BuildPlace } from './data/queries.ts'
import { ViewTabs } from './view-tabs.tsx'

const TestsView = lazy(() => import('./tests/tests-view.tsx').then(({ TestsView }) => ({ default: TestsView })))

interface TestsPaneProps {
  readonly place: BuildPlace
  readonly view: BuildView
}

/** Shows the tests of a build in the whole width. Loads their code when it opens. */
export function TestsPane(props: TestsPaneProps) {
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <ViewTabs />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <PaneBoundary what="the tests" resetKey="tests">
          <Suspense fallback={<Skeleton label="Loading the tests" />}>
            <TestsView {...props} />
          </Suspense>
        </PaneBoundary>
      </div>
    </div>
  )
}
