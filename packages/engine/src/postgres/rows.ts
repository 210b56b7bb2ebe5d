/** Rows and what they mean. */
import type { BuildHeader } from '../core/live-build.ts'
import type { Build, BuildState, Instant, Job, JobErrorCode, JobState, Step } from '../core/model.ts'
import type { Lease } from '../store.ts'
import { type GroupRow, groupFromRow } from './group-columns.ts'

export interface BuildRow extends GroupRow {
  id: string
  queue: string
  pipeline: string
  state: BuildState
  cancel_requested: boolean
  held: boolean
  error_code: string | null
  error_message: string | null
  created_at: Date
  /** Null: when it was made. */
  queued_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  /** A bigint, as text. */
  idle_ms: string
  deadline_at: Date | null
  timeout_seconds: number | null
  /** A bigint, as text. */
  version: string
}

export interface LockedBuildRow extends BuildRow {
  queue_limit: number | null
  pipeline_limit: number | null
}

export interface JobRow {
  id: string
  step: number | null
  attempt: number
  previous_attempt: string | null
  state: JobState
  fence: number
  lost: number
  not_before: Date | null
  created_at: Date
  scheduled_at: Date | null
  assigned_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  deadline_at: Date | null
  kill_by: Date | null
  exit_code: number | null
  error_code: JobErrorCode | null
  error_message: string | null
  skip_reason: Job['skipReason']
  soft_failed: boolean
  cached: boolean
  substituted_image: string | null
  snapshot: string | null
}

export interface LeaseRow {
  job_id: string
  build_id: string
  runner: string
  fence: number
  expires_at: Date
  started: boolean
  last_seq: number
  /** A bigint, as text: where an earlier release left off. */
  spool_offset: string
  spool_position: string | null
  stop: 'cancel' | 'timeout' | null
  deadline_at: Date | null
}

export const jobColumns = `id, step, attempt, previous_attempt, state, fence, lost, not_before, created_at, scheduled_at, assigned_at, started_at, finished_at,
  deadline_at, kill_by, exit_code, error_code, error_message, skip_reason, soft_failed, cached, snapshot, substituted_image`

export const leaseColumns =
  'job_id, build_id, runner, fence, expires_at, started, last_seq, spool_offset, spool_position, stop, deadline_at'

export function headerFromRow(row: BuildRow): BuildHeader {
  return {
    id: row.id,
    queue: row.queue,
    pipeline: row.pipeline,
    state: row.state,
    cancelRequested: row.cancel_requested,
    held: row.held,
    ...groupFromRow(row),
    errorCode: row.error_code,
    errorMessage: row.error_message,
    createdAt: row.created_at.getTime(),
    queuedAt: (row.queued_at ?? row.created_at).getTime(),
    startedAt: instant(row.started_at),
    finishedAt: instant(row.finished_at),
    idleMs: Number(row.idle_ms),
    deadlineAt: instant(row.deadline_at),
    timeoutSeconds: row.timeout_seconds,
  }
}

export function jobFromRow(row: JobRow): Job {
  return {
    id: row.id,
    step: row.step,
    attempt: row.attempt,
    previousAttempt: row.previous_attempt,
    state: row.state,
    fence: row.fence,
    lost: row.lost,
    notBefore: instant(row.not_before),
    createdAt: row.created_at.getTime(),
    scheduledAt: instant(row.scheduled_at),
    assignedAt: instant(row.assigned_at),
    startedAt: instant(row.started_at),
    finishedAt: instant(row.finished_at),
    deadlineAt: instant(row.deadline_at),
    killBy: instant(row.kill_by),
    exitCode: row.exit_code,
    errorCode: row.error_code,
    errorMessage: row.error_message,
    skipReason: row.skip_reason,
    softFailed: row.soft_failed,
    cached: row.cached,
    substitutedImage: row.substituted_image,
    snapshot: row.snapshot,
  }
}

export function leaseFromRow(row: LeaseRow): Lease {
  return {
    jobId: row.job_id,
    buildId: row.build_id,
    runner: row.runner,
    fence: row.fence,
    expiresAt: row.expires_at.getTime(),
    started: row.started,
    lastSeq: row.last_seq,
    spoolPosition: row.spool_position ?? earlierPosition(row.spool_offset),
    stop: row.stop,
    deadlineAt: instant(row.deadline_at),
  }
}

/** The first release kept one number: the record in all but its last 19 bits, which say how far into it. That far is read, and shown, once more. */
function earlierPosition(spoolOffset: string): string {
  return (BigInt(spoolOffset) >> 19n).toString()
}

/** The members of a job that may change, for `json_to_recordset`. */
export function jobRecord(job: Job): Readonly<Record<string, unknown>> {
  return {
    id: job.id,
    state: job.state,
    fence: job.fence,
    lost: job.lost,
    not_before: time(job.notBefore),
    scheduled_at: time(job.scheduledAt),
    assigned_at: time(job.assignedAt),
    started_at: time(job.startedAt),
    finished_at: time(job.finishedAt),
    deadline_at: time(job.deadlineAt),
    kill_by: time(job.killBy),
    exit_code: job.exitCode,
    error_code: job.errorCode,
    error_message: storable(job.errorMessage),
    skip_reason: job.skipReason,
    soft_failed: job.softFailed,
    cached: job.cached,
    substituted_image: storable(job.substitutedImage),
    snapshot: job.snapshot,
  }
}

/** A whole job, for its first writing. */
export function newJobRecord(job: Job, steps: readonly Step[]): Readonly<Record<string, unknown>> {
  const { step, attempt, previousAttempt, createdAt } = job
  const buildsIn = step === null ? null : (steps[step]?.buildsIn ?? null)
  return {
    ...jobRecord(job),
    step,
    builds_in: buildsIn,
    attempt,
    previous_attempt: previousAttempt,
    created_at: time(createdAt),
  }
}

/** Parameters of a build's changing members, in the order in which the statements name them. */
export function headerValues(header: Omit<Build, 'steps' | 'jobs' | 'render'>): unknown[] {
  return [
    header.state,
    header.cancelRequested,
    storable(header.errorCode),
    storable(header.errorMessage),
    time(header.startedAt),
    time(header.finishedAt),
    time(header.deadlineAt),
    header.timeoutSeconds,
    header.held,
  ]
}

/** An instant as PostgreSQL reads it. */
export function time(at: Instant | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}

/** PostgreSQL's text holds neither byte 0 nor half a surrogate pair. */
export function storable(text: string | null): string | null {
  return text === null ? null : text.replaceAll('\0', '\uFFFD').toWellFormed()
}

function instant(date: Date | null): Instant | null {
  return date === null ? null : date.getTime()
}
