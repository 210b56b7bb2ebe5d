import { useSearch } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import { isPassing } from '../api/query-client.ts'
import { useOrganizationName, usePermission } from '../api/session.ts'
import { useLocalStorage } from '../browser/local-storage.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PaneBoundary } from '../design/pane-boundary.tsx'
import { StaleBar } from '../design/problems.tsx'
import { ActionBar, type BuildDialog } from './action-bar.tsx'
import { Annotations } from './annotations/annotations.tsx'
import { BroadView } from './broad-view.tsx'
import { BuildDialogs } from './build-dialogs.tsx'
import { BuildHeader } from './build-header.tsx'
import { buildRouteId } from './data/address.ts'
import { availableActions } from './data/build-actions.ts'
import { failuresOf } from './data/choose-job.ts'
import { allJobs, type BuildView, isBuildEnded, isHardFailure, nameOf } from './data/job-state.ts'
import type { BuildPlace } from './data/queries.ts'
import type { useBuild } from './data/use-build.ts'
import { PhoneBar } from './phone-bar.tsx'
import { useAnnouncements, useFillHeight, useFocusRecovery, useRedAnswerMark } from './screen-effects.ts'
import { Splitter } from './splitter.tsx'
import { scaleOf } from './step-list/build-scale.ts'
import { StepsPane } from './step-list/steps-pane.tsx'
import { useStepRows } from './step-list/use-step-rows.ts'
import { JobPane, NoJobsPanel } from './step-pane/step-pane.tsx'
import { useBuildActions } from './use-build-actions.ts'
import { useNotification } from './use-notification.ts'
import { usePageKeys, useStepActions } from './use-page-keys.ts'
import { useSelection } from './use-selection.ts'
import { ViewTabs } from './view-tabs.tsx'
import { WholeView } from './whole-view.tsx'

interface BuildScreenProps {
  readonly place: BuildPlace
  readonly view: BuildView
  readonly query: Pick<ReturnType<typeof useBuild>, 'error' | 'dataUpdatedAt' | 'refetch'>
}

const widths = { min: 240, max: 480, usual: 320 }

/** Shows a build that was read. */
export function BuildScreen({ place, view, query }: BuildScreenProps) {
  const { view: tab } = useSearch({ from: buildRouteId })
  const selection = useSelection(view)
  const { step, job, isFollowing, missing, pick } = selection
  const mayBuild = usePermission(place.org, 'build')
  const available = useMemo(() => availableActions(view, step, mayBuild), [view, step, mayBuild])
  const actions = useBuildActions(place)
  const notification = useNotification(view, useOrganizationName(place.org))
  const [dialog, setDialog] = useState<BuildDialog>(null)
  const [isOpen, setOpen] = useState(false)
  const [width, setWidth] = useLocalStorage('build-steps-width', (kept) => within(Number(kept ?? widths.usual)))
  const list = useStepRows(view, step?.id ?? null)
  const scale = useMemo(() => scaleOf(view), [view])
  const page = useRef<HTMLDivElement>(null)
  useFillHeight(page)
  useFocusRecovery(page)
  const attemptsRef = useRef<HTMLSelectElement>(null)
  const filterRef = useRef<HTMLInputElement>(null)
  const failures = failuresOf(view)
  const retry = () => {
    if (step === null) return
    if (available.retryIsRebuild) setDialog('rebuild')
    else if (available.retryStep === null) actions.retry([step.id])
  }
  useAnnouncements(view)
  useStepActions(view.jobs, pick)
  useRedAnswerMark(job !== null && isHardFailure(job))
  usePageKeys({
    place,
    view,
    selection,
    available,
    actions,
    failures,
    list,
    retry,
    dialog,
    setDialog,
    attemptsRef,
    filterRef,
  })

  const news = isFollowing ? undefined : failures.find((one) => isHardFailure(one) && !list.seen.has(one.id))
  const select = (jobId: string) => {
    const found = allJobs(view).find(({ id }) => id === jobId)
    if (found !== undefined) pick(found)
  }
  const bar = { available, actions, notification, dialog, onDialog: setDialog, isEnded: isBuildEnded(view.build) }
  const stepActions =
    step === null
      ? null
      : {
          ...{ step, available, isOpen },
          isRetrying: actions.isRetrying,
          onRetry: retry,
          onShell: () => setDialog('shell'),
          onToggle: () => setOpen(!isOpen),
        }
  const pane =
    stepActions === null || job === null ? (
      <NoJobsPanel view={view} />
    ) : (
      <PaneBoundary what="this step" resetKey={job.id}>
        <JobPane {...{ place, view, job, stepActions, attemptsRef }} onApprove={() => setDialog('approve')} />
      </PaneBoundary>
    )
  return (
    <div ref={page} className="flex h-[calc(100dvh-48px)] flex-col">
      <BuildHeader
        place={place}
        view={view}
        actions={<ActionBar {...bar} />}
        isBrief={tab !== 'steps' && step !== null}
      />
      <Annotations place={place} view={view} />
      {query.error !== null && !isPassing(query.error) && (
        <StaleBar since={query.dataUpdatedAt} error={query.error} onRetry={() => void query.refetch()} />
      )}
      {missing !== null && (
        <p role="status" className="border-b border-hairline bg-sunk px-4 py-1">
          This build has no step “<IsolatedText text={missing} />
          ”. Showing the most relevant step.
        </p>
      )}
      {step === null && isBuildEnded(view.build) ? (
        <div className="min-h-0 flex-1 overflow-y-auto">{pane}</div>
      ) : tab === 'tests' || tab === 'artifacts' ? (
        <WholeView tab={tab} place={place} view={view} />
      ) : tab === 'graph' || tab === 'waterfall' ? (
        <BroadView tab={tab} view={view} selected={step} onSelect={select}>
          {pane}
        </BroadView>
      ) : (
        <div className="flex min-h-0 flex-1">
          <div
            className={`min-h-0 flex-col max-md:w-full! ${tab === 'steps' || step === null ? 'flex' : 'hidden md:flex'} md:shrink-0`}
            style={{ width: `${width}px` }}
          >
            <ViewTabs />
            {news !== undefined && (
              <button
                type="button"
                onClick={() => pick(news)}
                className="flex min-h-8 items-center gap-2 border-b border-hairline bg-fail-tint px-3 text-left text-13 text-fail pointer-coarse:min-h-11"
              >
                <span className="min-w-0 truncate">
                  <IsolatedText text={nameOf(news)} /> failed
                </span>{' '}
                <kbd className="font-mono">f</kbd>
              </button>
            )}
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
          <div
            className={`min-h-0 min-w-0 flex-1 flex-col ${tab === 'steps' || step === null ? 'hidden md:flex' : 'flex'}`}
          >
            {pane}
          </div>
        </div>
      )}
      <PhoneBar {...bar} stepActions={tab === 'steps' ? null : stepActions} />
      <BuildDialogs
        {...{ view, actions, dialog }}
        job={step}
        onClose={() => setDialog(null)}
        reason={available.retryIsRebuild ? available.retryStep : null}
      />
    </div>
  )
}

function within(width: number): number {
  return Number.isFinite(width) ? Math.min(widths.max, Math.max(widths.min, width)) : widths.usual
}
