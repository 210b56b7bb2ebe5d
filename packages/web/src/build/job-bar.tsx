import { Link, useNavigate } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import type { Ref } from 'react'
import { useNow } from '../api/clock.ts'
import { formatDuration } from '../design/duration.ts'
import { Foreign } from '../design/foreign.tsx'
import { showInvisible } from '../design/foreign-text.ts'
import { lookOf } from '../design/state.ts'
import { StateWord } from '../design/state-mark.tsx'
import { causeWords } from './attempt-view.ts'
import { endWords } from './failure-words.ts'
import { instantOf, type JobView, nameOf, ranMs } from './job-state.ts'
import { StepActions, type StepActionsProps } from './step-actions.tsx'

interface JobBarProps extends StepActionsProps {
  /** The attempt that is shown. */
  readonly job: JobView
  readonly attemptsRef: Ref<HTMLSelectElement>
}

const from = '/$org/pipelines/$slug/builds/$number'

/** Which step and attempt is shown, how it ended, and what can be done with it. */
export function JobBar({ step, job, possible, attemptsRef, ...on }: JobBarProps) {
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-x-3 gap-y-1 border-b border-hairline px-3 py-1">
      <Link
        from={from}
        to="."
        search={(before) => ({ ...before, view: 'steps' })}
        className="-ml-1 inline-flex min-h-11 items-center gap-1 pr-2 font-semibold md:hidden"
      >
        <ChevronLeft size={16} aria-hidden="true" /> Steps
      </Link>
      <h2 className="min-w-0 truncate font-semibold" title={showInvisible(nameOf(step))}>
        <Foreign text={nameOf(step)} />
      </h2>
      <span className="inline-flex shrink-0 items-center gap-2 text-13">
        <StateWord state={job.state} cached={job.cached} softFailed={job.soft_failed} />
        <Ran job={job} />
      </span>
      {job.substituted_image && (
        <span className="text-13 text-soft">
          <Foreign text={job.substituted_image} /> could not be pulled; the runner’s own tools were used instead
        </span>
      )}
      {step.attempts.length > 1 && <Attempts step={step} job={job} ref={attemptsRef} />}
      <span className="ml-auto hidden shrink-0 md:inline-flex">
        <StepActions step={step} possible={possible} {...on} />
      </span>
    </div>
  )
}

/** How long it ran; it ticks while it does. */
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

/** Each attempt with its state, end, time and cause (web B8). */
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
          {attemptWords(attempt)}
        </option>
      ))}
    </select>
  )
}

function attemptWords({
  number,
  state,
  exit_code,
  started_at,
  finished_at,
  cause,
}: JobView['attempts'][number]): string {
  const failed = state === 'failed' || state === 'timed_out'
  const end = failed ? `, ${endWords({ failure: null, exit_code, state: state as JobView['state'] })}` : ''
  const [started, finished] = [instantOf(started_at), instantOf(finished_at)]
  const ran = started === null || finished === null ? '' : `, ${formatDuration(finished - started)}`
  return `Attempt ${number}: ${lookOf(state).word}${end}${ran} (${causeWords(cause)})`
}
