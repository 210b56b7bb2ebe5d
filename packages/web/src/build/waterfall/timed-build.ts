import type { TimedAttempt, TimedBuild } from '@harmont/timeline'
import type { Schema } from '../../api/schemas.ts'
import { appendedIn, underGenerators } from '../data/appended.ts'

type Step = Pick<
  Schema<'JobView'>,
  | 'id'
  | 'attempt'
  | 'attempts'
  | 'state'
  | 'depends_on'
  | 'builds_in'
  | 'appended_by'
  | 'after_appended'
  | 'retry_policy'
  | 'lost'
  | 'concurrency_group'
  | 'scheduled_at'
  | 'assigned_at'
  | 'started_at'
  | 'finished_at'
  | 'phases'
>

/** Returns an instant's position on the build's scale in milliseconds; null if it is unknown. */
export type At = (instant: string | null | undefined) => number | null

/**
 * Describes a build and its attempts on the build's scale. Each step has the id of its newest
 * attempt. Appended steps follow their generator.
 */
export function timedBuildOf({ build, jobs, render }: Schema<'BuildView'>, at: At): TimedBuild {
  const steps = underGenerators(jobs ?? [])
  const { stepOf, below } = appendedIn(steps)
  const timed = (step: Step, isRender: boolean): TimedAttempt[] => {
    const { id, depends_on, builds_in, appended_by, concurrency_group, lost } = step
    const named = [builds_in, appended_by, ...(depends_on ?? [])].flatMap((one) => stepOf(one) ?? [])
    const after = new Set([...named, ...below(step.after_appended ?? []).all])
    return attemptsOf(step).map(({ attempt, jobId, state, isByPolicy, ...times }) => ({
      id: jobId,
      step: id,
      attempt,
      after: [...after],
      isRender,
      hasPassed: state === 'passed',
      isLost: jobId === id && lost === true,
      isInGroup: concurrency_group != null,
      readyAt: at(times.scheduled_at),
      delayMs: isByPolicy ? delayOf(step) : 0,
      assignedAt: at(times.assigned_at),
      startedAt: at(times.started_at),
      finishedAt: at(times.finished_at),
      phases: (times.phases ?? []).flatMap(({ name, started_at, ms }) => {
        const from = at(started_at)
        return from === null ? [] : [{ name, from, to: from + (ms ?? 0) }]
      }),
    }))
  }
  return {
    from: 0,
    approvedAt: at(build.approved_at),
    hasGroup: build.in_group === true,
    attempts: [...(render == null ? [] : timed(render, true)), ...steps.flatMap((step) => timed(step, false))],
  }
}

interface Attempt extends Partial<Pick<Step['attempts'][number], 'scheduled_at' | 'assigned_at' | 'phases'>> {
  readonly attempt: number
  readonly jobId: string
  readonly state: string
  readonly isByPolicy: boolean
  readonly started_at?: string | null
  readonly finished_at?: string | null
}

/** Returns the attempts of a step. The newest attempt changes with the step. */
function attemptsOf(step: Step): readonly Attempt[] {
  const { id, attempts, attempt } = step
  const known = attempts ?? []
  const earlier = known
    .filter(({ job_id }) => job_id !== id)
    .map((one) => ({ ...one, attempt: one.number, jobId: one.job_id, isByPolicy: one.cause === 'policy' }))
  const isByPolicy = known.some(({ job_id, cause }) => job_id === id && cause === 'policy')
  return [...earlier, { ...step, attempt: attempt ?? 1, jobId: id, isByPolicy }]
}

function delayOf({ retry_policy }: Step): number {
  const seconds = retry_policy?.delay_seconds
  return typeof seconds === 'number' ? seconds * 1000 : 0
}
