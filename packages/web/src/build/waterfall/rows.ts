import {
  type AttemptPart,
  attemptParts,
  criticalPath,
  type PathPart,
  type Span,
  type TimedAttempt,
} from '@harmont/timeline'
import type { Schema } from '../../api/schemas.ts'
import { instantOf } from '../data/job-state.ts'
import { workClockOf } from '../data/work-clock.ts'
import { nameOf, type Step } from '../graph/graph-model.ts'
import { type At, timedBuildOf } from './timed-build.ts'

/** An attempt of a step. */
export interface Row {
  /** The job of this attempt. */
  readonly jobId: string
  /** The job of the newest attempt, by which the page selects the step. */
  readonly stepId: string
  readonly name: string
  readonly attempt: number
  /** The number of the step's attempts. */
  readonly attempts: number
  readonly state: string
  readonly cached: boolean
  readonly softFailed: boolean
  /** The phases of its time, without gaps. */
  readonly parts: readonly AttemptPart[]
  /** The time from its start to its end; null if it has not started. */
  readonly running: Span | null
  /** When the snapshot was taken from which other steps start. */
  readonly snapshotAt: number | null
  /** The step from whose snapshot it started. */
  readonly parentId: string | null
  /** Why it has not started; null if it has. */
  readonly why: string | null
}

export interface Waterfall {
  readonly rows: readonly Row[]
  readonly path: readonly PathPart[]
  /** From the creation of the build to its end, or until now. */
  readonly lengthMs: number
}

/** Places every attempt on the build's scale (web B11). `now` in Unix milliseconds. */
export function waterfallOf(view: Schema<'BuildView'>, now: number): Waterfall {
  const { build, jobs } = view
  const zero = Date.parse(build.created_at)
  const clock = workClockOf(jobs)
  const since = (ms: number) => Math.max(0, clock(ms) - zero)
  const at: At = (instant) => {
    const ms = instantOf(instant)
    return ms === null ? null : since(ms)
  }
  const end = at(build.finished_at) ?? since(now)
  const timed = timedBuildOf(view, at)
  const steps = new Map((jobs ?? []).map((step) => [step.id, step]))
  const rows = timed.attempts.flatMap((attempt) => {
    const step = steps.get(attempt.step)
    return step === undefined ? [] : [rowOf(step, attempt, { at, end })]
  })
  const path = criticalPath(timed, end)
  const longest = Math.max(end, path.at(-1)?.to ?? 0, ...rows.map(({ running }) => running?.to ?? 0))
  return { rows, path, lengthMs: Math.max(1, longest) }
}

interface Scale {
  readonly at: At
  readonly end: number
}

function rowOf(step: Step, timed: TimedAttempt, { at, end }: Scale): Row {
  const { startedAt, finishedAt, attempt } = timed
  const isNewest = timed.id === step.id
  const cached = isNewest && step.cached === true
  const snapshot = isNewest ? (step.snapshot ?? null) : null
  const state = isNewest ? step.state : (step.attempts ?? []).find(({ job_id }) => job_id === timed.id)?.state
  return {
    jobId: timed.id,
    stepId: step.id,
    name: nameOf(step),
    attempt,
    attempts: Math.max(1, step.attempts?.length ?? 1),
    state: state ?? step.state,
    cached,
    softFailed: step.soft_failed,
    // A cache hit is drawn as a mark, wherever its files are.
    parts: cached ? [] : attemptParts(timed, end),
    running: startedAt === null ? null : { from: startedAt, to: Math.max(startedAt, finishedAt ?? end) },
    snapshotAt: snapshot === null ? null : (at(snapshot.created_at) ?? finishedAt),
    parentId: step.builds_in ?? null,
    why: isNewest ? (step.waiting?.message ?? null) : null,
  }
}
