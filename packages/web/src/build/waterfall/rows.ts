import type { Schema } from '../../api/schemas.ts'
import { instantOf } from '../data/job-state.ts'
import { workClockOf } from '../data/work-clock.ts'
import { type Graph, graphOf, nameOf, type Step } from '../graph/graph-model.ts'

/** Milliseconds since the build was created, without the time between its end and a retry. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** An attempt of a step. */
export interface Row {
  /** The job of this attempt. */
  readonly jobId: string
  /** The job of the newest attempt, by which the page selects the step. */
  readonly stepId: string
  readonly name: string
  readonly attempt: number
  /** How many attempts the step has. */
  readonly attempts: number
  readonly state: string
  readonly cached: boolean
  readonly softFailed: boolean
  /** Ready, and waiting for a runner. */
  readonly waiting: Span | null
  /** Being prepared by a runner. */
  readonly starting: Span | null
  readonly running: Span | null
  /** When the snapshot was taken that other steps start from. */
  readonly snapshotAt: number | null
  /** The step whose snapshot it started from. */
  readonly parentId: string | null
  /** Why it has not started; null: it has. */
  readonly why: string | null
}

export interface Waterfall {
  readonly rows: readonly Row[]
  readonly graph: Graph
  /** From the creation of the build to its end, or to now. */
  readonly lengthMs: number
}

/** Places every attempt on the build's scale (web B11). `now` in Unix milliseconds. */
export function waterfallOf({ build, jobs }: Pick<Schema<'BuildView'>, 'build' | 'jobs'>, now: number): Waterfall {
  const zero = Date.parse(build.created_at)
  const clock = workClockOf(jobs)
  const since = (ms: number) => Math.max(0, clock(ms) - zero)
  const at = (instant: string | null | undefined) => {
    const ms = instantOf(instant)
    return ms === null ? null : since(ms)
  }
  const end = at(build.finished_at) ?? since(now)
  const rows = (jobs ?? []).flatMap((step) => [...earlierRows(step, at, end), newestRow(step, at, end)])
  const longest = Math.max(end, ...rows.map(({ running }) => running?.to ?? 0))
  return { rows, graph: graphOf(jobs ?? []), lengthMs: Math.max(1, longest) }
}

type At = (instant: string | null | undefined) => number | null

function span(from: number | null, to: number | null): Span | null {
  return from === null || to === null ? null : { from, to: Math.max(from, to) }
}

function newestRow(step: Step, at: At, end: number): Row {
  const [scheduled, assigned, started, finished] = [
    at(step.scheduled_at),
    at(step.assigned_at),
    at(step.started_at),
    at(step.finished_at),
  ]
  const over = finished ?? end
  return {
    ...shared(step, step.id, step.attempt ?? 1),
    state: step.state,
    cached: step.cached ?? false,
    waiting: step.cached === true ? null : span(scheduled, assigned ?? started ?? over),
    starting: span(assigned, started ?? over),
    running: span(started, over),
    snapshotAt: step.snapshot == null ? null : (at(step.snapshot.created_at) ?? finished),
    why: step.waiting?.message ?? null,
  }
}

/** Returns rows for earlier attempts, of which only the run is known. */
function earlierRows(step: Step, at: At, end: number): readonly Row[] {
  const earlier = (step.attempts ?? []).filter(({ job_id }) => job_id !== step.id)
  return earlier.map((attempt) => ({
    ...shared(step, attempt.job_id, attempt.number),
    state: attempt.state,
    cached: false,
    waiting: null,
    starting: null,
    running: span(at(attempt.started_at), at(attempt.finished_at) ?? end),
    snapshotAt: null,
    why: null,
  }))
}

function shared(step: Step, jobId: string, attempt: number) {
  const { id: stepId, soft_failed: softFailed, builds_in } = step
  const attempts = Math.max(1, step.attempts?.length ?? 1)
  return { jobId, stepId, name: nameOf(step), attempt, attempts, softFailed, parentId: builds_in ?? null }
}
