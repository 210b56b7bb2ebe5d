import { useSearch } from '@tanstack/react-router'
import { type ReactNode, type Ref, useMemo, useRef, useState } from 'react'
import { isPassing } from '../api/query-client.ts'
import { useOrganizationName, usePermission } from '../api/session.ts'
import { IsolatedText } from '../design/isolated-text.tsx'
import { PaneBoundary } from '../design/pane-boundary.tsx'
import { StaleBar } from '../design/problems.tsx'
import { ActionBar, type BuildDialog } from './action-bar.tsx'
import { Annotations } from './annotations/annotations.tsx'
import { BroadView } from './broad-view.tsx'
import { BuildDialogs } from './build-dialogs.tsx'
import { BuildHeader } from './build-header.tsx'
import { type BuildTab, buildRouteId } from './data/address.ts'
import { availableActions } from './data/build-actions.ts'
import { failuresOf } from './data/choose-job.ts'
import { allJobs, type BuildView, isBuildEnded, isHardFailure } from './data/job-state.ts'
import type { BuildPlace } from './data/queries.ts'
import type { useBuild } from './data/use-build.ts'
import { PhoneBar } from './phone-bar.tsx'
import { useAnnouncements, useFillHeight, useFocusRecovery, useRedAnswerMark } from './screen-effects.ts'
import { StepsView } from './step-list/steps-view.tsx'
import { type StepRows, useStepRows } from './step-list/use-step-rows.ts'
import { JobPane, NoJobsPanel } from './step-pane/step-pane.tsx'
import { useBuildActions } from './use-build-actions.ts'
import { useNotification } from './use-notification.ts'
import { usePageKeys, useStepActions } from './use-page-keys.ts'
import { type Selection, useSelection } from './use-selection.ts'
import { WholeView } from './whole-view.tsx'

interface BuildScreenProps {
  readonly place: BuildPlace
  readonly view: BuildView
  readonly query: Pick<ReturnType<typeof useBuild>, 'error' | 'dataUpdatedAt' | 'refetch'>
}

/** Shows a loaded build. */
export function BuildScreen({ place, view, query }: BuildScreenProps) {
  const { view: tab } = useSearch({ from: buildRouteId })
  const selection = useSelection(view)
  const { step, job, missing, pick } = selection
  const mayBuild = usePermission(place.org, 'build')
  const available = useMemo(() => availableActions(view, step, mayBuild), [view, step, mayBuild])
  const actions = useBuildActions(place)
  const notification = useNotification(view, useOrganizationName(place.org))
  const [dialog, setDialog] = useState<BuildDialog>(null)
  const [isOpen, setOpen] = useState(false)
  const list = useStepRows(view, step?.id ?? null)
  const attemptsRef = useRef<HTMLSelectElement>(null)
  const filterRef = useRef<HTMLInputElement>(null)
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
    failures: failuresOf(view),
    list,
    retry,
    dialog,
    setDialog,
    attemptsRef,
    filterRef,
  })

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
    <FullHeight>
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
      {missing !== null && <MissingStep name={missing} />}
      <ChosenView {...{ tab, place, view, selection, list, filterRef }}>{pane}</ChosenView>
      <PhoneBar {...bar} stepActions={tab === 'steps' ? null : stepActions} />
      <BuildDialogs
        {...{ view, actions, dialog }}
        job={step}
        onClose={() => setDialog(null)}
        reason={available.retryIsRebuild ? available.retryStep : null}
      />
    </FullHeight>
  )
}

interface ChosenViewProps extends Pick<BuildScreenProps, 'place' | 'view'> {
  /** The view that the address names; undefined if it names none. */
  readonly tab: BuildTab | undefined
  readonly selection: Selection
  readonly list: StepRows
  readonly filterRef: Ref<HTMLInputElement>
  /** The selected step. */
  readonly children: ReactNode
}

function ChosenView({ tab, place, view, selection, list, filterRef, children }: ChosenViewProps) {
  const { step, pick } = selection
  const select = (jobId: string) => {
    const found = allJobs(view).find(({ id }) => id === jobId)
    if (found !== undefined) pick(found)
  }
  if (step === null && isBuildEnded(view.build)) return <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
  switch (tab) {
    case 'tests':
    case 'artifacts':
      return <WholeView tab={tab} place={place} view={view} />
    case 'graph':
    case 'waterfall':
      return (
        <BroadView tab={tab} view={view} selected={step} onSelect={select}>
          {children}
        </BroadView>
      )
    default:
      return (
        <StepsView {...{ view, selection, list, filterRef }} isOpen={tab === 'steps' || step === null}>
          {children}
        </StepsView>
      )
  }
}

/**
 * Fills the window below the frame. The focus returns to it when the focused element is removed.
 */
function FullHeight({ children }: { readonly children: ReactNode }) {
  const page = useRef<HTMLDivElement>(null)
  useFillHeight(page)
  useFocusRecovery(page)
  return (
    <div ref={page} className="flex h-[calc(100dvh-48px)] flex-col">
      {children}
    </div>
  )
}

function MissingStep({ name }: { readonly name: string }) {
  return (
    <p role="status" className="border-b border-hairline bg-sunk px-4 py-1">
      This build has no step “<IsolatedText text={name} />
      ”. Showing the most relevant step.
    </p>
  )
}
