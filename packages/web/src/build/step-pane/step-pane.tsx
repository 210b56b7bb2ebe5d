import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode, Ref } from 'react'
import { useIsNarrow } from '../../browser/use-is-narrow.ts'
import { PaneBoundary } from '../../design/pane-boundary.tsx'
import { LogViewer } from '../../log/log-viewer.tsx'
import { repositoryLink } from '../../text/forge-link.ts'
import { allJobs, type BuildView, hasFailed, hasLog, isWaiting, type JobView, logStartOf } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { withRenderFailure } from '../data/render-failure.ts'
import { buildRouteId } from '../use-selection.ts'
import { DetailsPanel } from './details-panel.tsx'
import { FailureCard } from './failure-card.tsx'
import type { StepActionsProps } from './step-actions.tsx'
import { JobBar, JobLead, JobRemarksRow } from './step-bar.tsx'
import { useAttempt } from './use-attempt.ts'
import { NotRunPanel, WaitingPanel } from './waiting-panel.tsx'

interface JobPaneProps {
  readonly place: BuildPlace
  readonly view: BuildView
  readonly job: JobView
  readonly onApprove: () => void
  readonly stepActions: StepActionsProps
  readonly attemptsRef: Ref<HTMLSelectElement>
}

/** One attempt of a step: how it ended and why, and its log; or why there is none yet. */
export function JobPane({ place, view, stepActions, attemptsRef, onApprove, ...shown }: JobPaneProps) {
  const { step, possible, isOpen } = stepActions
  const job = withRenderFailure(useAttempt(place, step, shown.job), view)
  const jobs = allJobs(view)
  const byId = new Map(jobs.map((one) => [one.id, one]))
  const isNarrow = useIsNarrow()
  const isLogShown = hasLog(job)
  const lead = isNarrow ? <JobLead step={step} job={job} /> : null
  // A narrow screen is the log's: an exit code is in the headline already, and the rest comes with the details.
  const isCardShown = hasFailed(job) && (!isNarrow || isOpen || !isPlainExit(job))
  return (
    <section aria-label="Selected step" className="flex min-h-0 min-w-0 flex-1 flex-col">
      {!isNarrow && <JobBar {...stepActions} job={job} attemptsRef={attemptsRef} />}
      {isNarrow && !isLogShown && <div className="flex border-b border-hairline px-2">{lead}</div>}
      {isNarrow && <JobRemarksRow step={step} job={job} attemptsRef={attemptsRef} />}
      {isCardShown && <FailureCard place={place} view={view} job={job} />}
      {isOpen && <DetailsPanel place={place} job={job} jobs={jobs} />}
      <div className="relative min-h-0 flex-1">
        {isWaiting(job) || job.state === 'assigned' ? (
          <WaitingPanel
            place={place}
            job={job}
            byId={byId}
            canApprove={possible.approve === null}
            onApprove={onApprove}
          />
        ) : !isLogShown ? (
          <NotRunPanel place={place} job={job} byId={byId} />
        ) : (
          <PaneBoundary what="the log" resetKey={job.id}>
            <JobLog key={job.id} place={place} view={view} job={job} lead={lead} />
          </PaneBoundary>
        )}
      </div>
    </section>
  )
}

/** Its command ended by itself, and there is nothing else to say about it. */
function isPlainExit({ failure }: JobView): boolean {
  return failure === null || failure.kind === 'exit'
}

interface JobLogProps extends Pick<JobPaneProps, 'place' | 'view' | 'job'> {
  readonly lead: ReactNode
}

function JobLog({ place, view, job, lead }: JobLogProps) {
  const { find } = useSearch({ from: buildRouteId })
  const navigate = useNavigate({ from: '/$org/pipelines/$slug/builds/$number' })
  const { build, pipeline } = view
  const url = repositoryLink(pipeline.repository ?? '')
  return (
    <LogViewer
      {...place}
      job={job}
      lead={lead}
      buildState={build.state}
      startAt={logStartOf(job)}
      find={find}
      onFindChange={(next) =>
        void navigate({
          search: ({ find: _, ...before }) => (next === undefined ? before : { ...before, find: next }),
          hash: true,
          state: true,
          replace: true,
          resetScroll: false,
        })
      }
      repository={url === null || build.commit == null ? null : { url, commit: build.commit }}
    />
  )
}
