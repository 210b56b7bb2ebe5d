import { type ReactNode, type Ref, useMemo } from 'react'
import { useLocalStorage } from '../../browser/local-storage.ts'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { PaneBoundary } from '../../design/pane-boundary.tsx'
import { failuresOf } from '../data/choose-job.ts'
import { allJobs, type BuildView, isHardFailure, type JobView, nameOf } from '../data/job-state.ts'
import { Splitter } from '../splitter.tsx'
import type { Selection } from '../use-selection.ts'
import { ViewTabs } from '../view-tabs.tsx'
import { scaleOf } from './build-scale.ts'
import { StepsPane } from './steps-pane.tsx'
import type { StepRows } from './use-step-rows.ts'

interface StepsViewProps {
  readonly view: BuildView
  readonly selection: Selection
  readonly list: StepRows
  /** Whether a narrow screen shows the list instead of the selected step. */
  readonly isOpen: boolean
  readonly filterRef: Ref<HTMLInputElement>
  /** The selected step. */
  readonly children: ReactNode
}

const widths = { min: 240, max: 480, usual: 320 }

/** Shows the list of steps beside the selected step; a narrow screen shows one of the two. */
export function StepsView({ view, selection, list, isOpen, filterRef, children }: StepsViewProps) {
  const { step, isFollowing, pick } = selection
  const [width, setWidth] = useLocalStorage('build-steps-width', (kept) => within(Number(kept ?? widths.usual)))
  const scale = useMemo(() => scaleOf(view), [view])
  const isNew = (job: JobView) => isHardFailure(job) && !list.seen.has(job.id)
  const news = isFollowing ? undefined : failuresOf(view).find(isNew)
  return (
    <div className="flex min-h-0 flex-1">
      <div
        className={`min-h-0 flex-col max-md:w-full! ${isOpen ? 'flex' : 'hidden md:flex'} md:shrink-0`}
        style={{ width: `${width}px` }}
      >
        <ViewTabs />
        {news !== undefined && <NewFailure job={news} onPick={() => pick(news)} />}
        <PaneBoundary what="the steps" resetKey={step?.id ?? ''}>
          <StepsPane
            rows={list.rows}
            scale={scale}
            selected={step?.id ?? null}
            count={allJobs(view).length}
            order={list.order}
            onOrder={list.setOrder}
            filter={list.filter}
            onFilter={list.setFilter}
            onToggle={list.toggle}
            filterRef={filterRef}
          />
        </PaneBoundary>
      </div>
      <Splitter label="Width of the list of steps" width={width} {...widths} onChange={setWidth} />
      <div className={`min-h-0 min-w-0 flex-1 flex-col ${isOpen ? 'hidden md:flex' : 'flex'}`}>{children}</div>
    </div>
  )
}

/** Announces a failure of another step than the selected one, and links to it. */
function NewFailure({ job, onPick }: { readonly job: JobView; readonly onPick: () => void }) {
  return (
    <button
      type="button"
      onClick={onPick}
      className="flex min-h-8 items-center gap-2 border-b border-hairline bg-fail-tint px-3 text-left text-13 text-fail pointer-coarse:min-h-11"
    >
      <span className="min-w-0 truncate">
        <IsolatedText text={nameOf(job)} /> failed
      </span>{' '}
      <kbd className="font-mono">f</kbd>
    </button>
  )
}

function within(width: number): number {
  return Number.isFinite(width) ? Math.min(widths.max, Math.max(widths.min, width)) : widths.usual
}
