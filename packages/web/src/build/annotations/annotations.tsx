import { useQuery } from '@tanstack/react-query'
import { ChevronDown, ChevronUp, NotebookText } from 'lucide-react'
import { lazy, Suspense, useId } from 'react'
import { useLocalStorage } from '../../browser/local-storage.ts'
import { isScreen } from '../../browser/screen.ts'
import { ErrorState, Skeleton } from '../../design/page-states.tsx'
import { PaneBoundary } from '../../design/pane-boundary.tsx'
import { counted } from '../../text/count.ts'
import { allJobs, type BuildView } from '../data/job-state.ts'
import { annotationsQuery, type BuildPlace } from '../data/queries.ts'

const AnnotationList = lazy(() =>
  import('./annotation-list.tsx').then(({ AnnotationList }) => ({ default: AnnotationList })),
)

/** The usual height of an annotation, in pixels: a heading and a few lines. */
const usualHeight = 104

type Openness = 'open' | 'closed'

/** A low or narrow window needs its room for the log (web R1). */
function usualOpenness(): Openness {
  return isScreen('roomy') ? 'open' : 'closed'
}

interface AnnotationsProps {
  readonly place: BuildPlace
  readonly view: BuildView
}

/** Shows the annotations of a build under its header (web B17). */
export function Annotations({ place, view }: AnnotationsProps) {
  const jobs = allJobs(view).filter(({ annotations }) => annotations > 0)
  const count = jobs.reduce((sum, { annotations }) => sum + annotations, 0)
  const [openness, setOpenness] = useLocalStorage(
    'annotations',
    (kept): Openness => (kept === 'open' || kept === 'closed' ? kept : usualOpenness()),
  )
  const isOpen = openness === 'open'
  const listId = useId()
  if (count === 0) return null
  const Arrow = isOpen ? ChevronUp : ChevronDown
  return (
    <section aria-label="Annotations" className="flex max-h-[35vh] shrink-0 flex-col border-b border-hairline">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={listId}
        onClick={() => setOpenness(isOpen ? 'closed' : 'open')}
        className="flex min-h-8 shrink-0 items-center gap-2 bg-raised px-4 text-left text-13 hover:bg-sunk pointer-coarse:min-h-11"
      >
        <NotebookText size={16} aria-hidden="true" className="text-muted" />
        <span className="flex-1">{counted(count, 'annotation')}</span>
        <Arrow size={16} aria-hidden="true" />
      </button>
      <div
        id={listId}
        // Reserves the height before the texts arrive, so that nothing below moves.
        style={isOpen ? { height: `${count * usualHeight}px` } : {}}
        className="min-h-0 overflow-y-auto bg-raised"
      >
        {isOpen && (
          <PaneBoundary what="the annotations" resetKey={view.cursor}>
            <Suspense fallback={<Skeleton rows={2} label="Loading the annotations" />}>
              <Loaded place={place} jobs={jobs} />
            </Suspense>
          </PaneBoundary>
        )}
      </div>
    </section>
  )
}

function Loaded({ place, jobs }: { readonly place: BuildPlace; readonly jobs: BuildView['jobs'] }) {
  const { data, error, refetch } = useQuery(annotationsQuery(place, jobs))
  if (data !== undefined) return <AnnotationList annotations={data} jobs={jobs} />
  if (error !== null) return <ErrorState error={error} what="the annotations" onRetry={() => void refetch()} />
  return <Skeleton rows={2} label="Loading the annotations" />
}
