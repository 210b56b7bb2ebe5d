import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, type Ref, useState } from 'react'
import { useIsNarrow } from '../../browser/use-is-narrow.ts'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { PaneBoundary } from '../../design/pane-boundary.tsx'
import { LogViewer } from '../../log/log-viewer.tsx'
import { repositoryLink } from '../../text/forge-link.ts'
import { buildRouteId } from '../data/address.ts'
import { withRenderFailure } from '../data/attempt-view.ts'
import {
  allJobs,
  type BuildView,
  hasFailed,
  hasLog,
  isBuildEnded,
  isWaiting,
  type JobView,
  logStartOf,
} from '../data/job-state.ts'
import { type BuildPlace, forksQuery, jobQuery } from '../data/queries.ts'
import { failedService } from '../sentences/failure-reason.ts'
import { isProved } from '../sentences/failure-reports.ts'
import { CodeLink } from './code-link.tsx'
import { DetailsPanel } from './details-panel.tsx'
import { FailureCard } from './failure-card.tsx'
import { LogChoice, type LogChoiceProps } from './log-choice.tsx'
import type { StepActionsProps } from './step-actions.tsx'
import { JobBar, JobLead, JobRemarksRow } from './step-bar.tsx'
import { NotRunPanel, WaitingPanel } from './waiting-panel.tsx'

interface JobPaneProps {
  readonly place: BuildPlace
  readonly view: BuildView
  readonly job: JobView
  readonly onApprove: () => void
  readonly stepActions: StepActionsProps
  readonly attemptsRef: Ref<HTMLSelectElement>
}

/** Shows one attempt of a step with its log, or why it has none yet. */
export function JobPane({ place, view, stepActions, attemptsRef, onApprove, ...shown }: JobPaneProps) {
  const { step, available, isOpen } = stepActions
  const job = withRenderFailure(useAttempt(place, step, shown.job), view)
  const jobs = allJobs(view)
  const byId = new Map(jobs.map((one) => [one.id, one]))
  const isNarrow = useIsNarrow()
  const { forks, areForksComing, other, show } = useLogChoice(place, job)
  const isLogShown = hasLog(job) || other !== null
  const lead = isNarrow ? <JobLead step={step} job={job} /> : null
  // On a narrow screen the log comes first: the headline has the exit code, and the details have
  // the rest. A verdict of forks is shown, because it tells whether the failure needs attention at
  // all.
  const isCardShown = hasFailed(job) && (!isNarrow || isOpen || !isPlainExit(job) || isProved(job))
  return (
    <section aria-label="Selected step" className="flex min-h-0 min-w-0 flex-1 flex-col">
      {!isNarrow && <JobBar {...stepActions} job={job} attemptsRef={attemptsRef} />}
      {isNarrow && !isLogShown && <div className="flex border-b border-hairline px-2">{lead}</div>}
      {isNarrow && <JobRemarksRow step={step} job={job} attemptsRef={attemptsRef} />}
      {isCardShown && <FailureCard place={place} view={view} job={job} isHeadlineCut={isNarrow} />}
      {isOpen && <DetailsPanel place={place} job={job} jobs={jobs} />}
      {(job.services.length + forks.length > 0 || areForksComing) && (
        <LogChoice job={job} forks={forks} areForksComing={areForksComing} shown={other?.id ?? null} onShow={show} />
      )}
      <div className="relative min-h-0 flex-1">
        {other === null && (isWaiting(job) || job.state === 'assigned') ? (
          <WaitingPanel
            place={place}
            job={job}
            byId={byId}
            canApprove={available.approve === null}
            onApprove={onApprove}
          />
        ) : !isLogShown ? (
          <NotRunPanel place={place} job={job} byId={byId} />
        ) : (
          <PaneBoundary what="the log" resetKey={other?.id ?? job.id}>
            <JobLog key={other?.id ?? job.id} place={place} view={view} job={other ?? job} lead={lead} />
          </PaneBoundary>
        )}
      </div>
    </section>
  )
}

/** Chooses between the log of a job, of its services, and of the fork that the address names. */
function useLogChoice(place: BuildPlace, job: JobView) {
  const { fork: number } = useSearch({ from: buildRouteId })
  const navigate = useNavigate({ from: '/$org/pipelines/$slug/builds/$number' })
  const [chosen, choose] = useState<{ readonly job: string; readonly service: string | null } | null>(null)
  const query = useQuery(forksQuery(place, job, number !== undefined))
  const forks = query.data ?? []
  // If a service prevented the start of the command, its log is the only one.
  const serviceId = chosen?.job === job.id ? chosen.service : failedService(job)?.id
  const service = job.services.find(({ id }) => id === serviceId)
  const fork = forks.find((one) => one.number === number)
  const show: LogChoiceProps['onShow'] = (log) => {
    choose({ job: job.id, service: log !== null && 'name' in log ? log.id : null })
    const next = log !== null && 'number' in log ? { fork: log.number } : {}
    void navigate({ search: ({ fork: _, ...rest }) => ({ ...rest, ...next }), replace: true, resetScroll: false })
  }
  const other =
    service !== undefined
      ? asLogOf(job, service.id, service.name)
      : fork !== undefined
        ? asLogOf(job, fork.id, `fork-${fork.number}`)
        : null
  return { forks, areForksComing: query.isLoading && isProved(job), other, show }
}

/** Returns the properties of the log viewer for a log other than the job's. */
function asLogOf(job: JobView, id: string, name: string): JobView {
  return { ...job, id, name: `${job.name}/${name}`, failure: null }
}

/** Whether the command's exit is the whole explanation. */
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

/** Adds the error of an older attempt, which the view lacks. */
function useAttempt(place: BuildPlace, step: JobView, job: JobView): JobView {
  const isOlder = job.id !== step.id
  const { data } = useQuery({ ...jobQuery(place, job.id), enabled: isOlder && hasFailed(job) })
  if (!isOlder || data === undefined || job.failure === null) return job
  const { error_code = null, error_message = null, soft_failed } = data
  return {
    ...job,
    soft_failed: soft_failed ?? false,
    error_code,
    error_message,
    failure: {
      ...job.failure,
      kind: error_code ?? job.failure.kind,
      signal: /\bSIG[A-Z0-9]+\b/.exec(error_message ?? '')?.[0] ?? null,
      message: error_message ?? job.failure.message,
    },
  }
}

/**
 * Explains why a build without steps could not be planned, or that its steps will follow (web B14).
 */
export function NoJobsPanel({ view: { build } }: { readonly view: BuildView }) {
  const { error_code, error_message } = build
  if (!isBuildEnded(build)) return <p className="p-6 text-muted">Its steps appear in a moment.</p>
  return (
    <section aria-label="Why it failed" className="flex max-w-[100ch] flex-col gap-3 p-4 md:p-6">
      {error_message ? (
        <pre className="overflow-x-auto rounded-small border border-hairline bg-fail-tint px-3 py-2 font-log text-13 whitespace-pre-wrap">
          <IsolatedText text={error_message} />
        </pre>
      ) : (
        <p>The build has no steps.</p>
      )}
      {error_code && (
        <p className="text-13">
          <CodeLink code={error_code} />
        </p>
      )}
    </section>
  )
}
