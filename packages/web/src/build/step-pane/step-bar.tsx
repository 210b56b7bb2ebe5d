import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import type { Ref } from 'react'
import { useNow } from '../../api/clock.ts'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { lookOf } from '../../design/state.ts'
import { StateMark, StateWord } from '../../design/state-mark.tsx'
import { formatDuration } from '../../text/duration.ts'
import { showInvisible } from '../../text/escape.ts'
import { attemptCause } from '../data/attempt-view.ts'
import { instantOf, type JobView, nameOf, ranMs } from '../data/job-state.ts'
import { failureReason } from '../sentences/failure-reason.ts'
import { StepActions, type StepActionsProps } from './step-actions.tsx'

interface JobBarProps extends StepActionsProps {
  /** The displayed attempt. */
  readonly job: JobView
  readonly attemptsRef: Ref<HTMLSelectElement>
}

const from = '/$org/pipelines/$slug/builds/$number'

/** Shows the selected step and attempt, its outcome, and the available actions. */
export function JobBar({ step, job, available, attemptsRef, ...on }: JobBarProps) {
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline px-3 py-1">
      <StepName step={step} />
      <span className="inline-flex shrink-0 items-center gap-2 text-13">
        <StateWord state={job.state} cached={job.cached} softFailed={job.soft_failed} />
        <Ran job={job} />
      </span>
      <JobRemarks step={step} job={job} attemptsRef={attemptsRef} />
      <span className="ml-auto shrink-0">
        <StepActions step={step} available={available} {...on} />
      </span>
    </div>
  )
}

/** Starts a narrow screen's row with a link back and the step's name (web T4). */
export function JobLead({ step, job }: Pick<JobBarProps, 'step' | 'job'>) {
  return (
    <span className="flex min-w-0 flex-1 items-center gap-2">
      <Link
        from={from}
        to="."
        search={(before) => ({ ...before, view: 'steps' })}
        aria-label="Steps"
        className="-mx-2 inline-flex size-11 shrink-0 items-center justify-center"
      >
        <ChevronLeft size={20} aria-hidden="true" />
      </Link>
      <StateMark state={job.state} cached={job.cached} softFailed={job.soft_failed} />
      <StepName step={step} />
    </span>
  )
}

/** Shows remarks in a separate row on a narrow screen. */
export function JobRemarksRow(props: Pick<JobBarProps, 'step' | 'job' | 'attemptsRef'>) {
  if (props.step.attempts.length < 2 && !props.job.substituted_image) return null
  return (
    <div className="flex flex-wrap items-center gap-x-3 border-b border-hairline px-3 py-0.5">
      <JobRemarks {...props} />
    </div>
  )
}

function StepName({ step }: Pick<JobBarProps, 'step'>) {
  return (
    <h2 className="min-w-0 truncate font-semibold" title={showInvisible(nameOf(step))}>
      <IsolatedText text={nameOf(step)} />
    </h2>
  )
}

function JobRemarks({ step, job, attemptsRef }: Pick<JobBarProps, 'step' | 'job' | 'attemptsRef'>) {
  return (
    <>
      {job.substituted_image && (
        <span className="text-13 text-soft">
          <IsolatedText text={job.substituted_image} /> could not be pulled; the runner’s own tools were used instead
        </span>
      )}
      {step.attempts.length > 1 && <Attempts step={step} job={job} ref={attemptsRef} />}
    </>
  )
}

/** Shows the run time, updated while the step runs. */
function Ran({ job }: { readonly job: JobView }) {
  const now = useNow()
  const ran = ranMs(job, now)
  if (ran === null || job.cached === true) return null
  return <span className="tabular text-muted">{formatDuration(ran)}</span>
}

interface AttemptsProps {
  readonly step: JobView
  readonly job: JobView
  readonly ref: Ref<HTMLSelectElement>
}

/** Chooses an attempt by state, exit code, duration and cause (web B8). */
function Attempts({ step, job, ref }: AttemptsProps) {
  const navigate = useNavigate({ from })
  const choose = (number: number) =>
    void navigate({
      search: ({ attempt: _, ...before }) => ({
        ...before,
        job: step.step_key ?? step.id,
        ...(number === step.attempt ? {} : { attempt: number }),
      }),
      state: { isFollowed: false },
      resetScroll: false,
    })
  return (
    <select
      ref={ref}
      aria-label="Attempt"
      value={job.attempt}
      onChange={({ target }) => choose(Number(target.value))}
      className="h-7 max-w-64 rounded-small border border-edge bg-raised px-1 text-13 pointer-coarse:h-11"
    >
      {step.attempts.toReversed().map((attempt) => (
        <option key={attempt.job_id} value={attempt.number}>
          {attemptLabel(attempt)}
        </option>
      ))}
    </select>
  )
}

function attemptLabel({
  number,
  state,
  exit_code,
  started_at,
  finished_at,
  cause,
}: JobView['attempts'][number]): string {
  const failed = state === 'failed' || state === 'timed_out'
  const end = failed ? `, ${failureReason({ failure: null, exit_code, state: state as JobView['state'] })}` : ''
  const [started, finished] = [instantOf(started_at), instantOf(finished_at)]
  const ran = started === null || finished === null ? '' : `, ${formatDuration(finished - started)}`
  return `Attempt ${number}: ${lookOf(state).word}${end}${ran} (${attemptCause(cause)})`
}
