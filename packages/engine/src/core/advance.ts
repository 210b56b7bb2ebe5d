/** Applies the end of a job to the rest of its build. */
import { serviceLogId } from '../service-log.ts'
import { addAttempt, currentJob, type Draft, patchJob } from './draft.ts'
import { type BuildHeader, RENDER, type Slot, stepAt } from './live-build.ts'
import type { Instant, Job, ServiceState, Step } from './model.ts'
import { newJob } from './new-job.ts'
import { judge, prerequisitesOf, type Verdict } from './prerequisites.ts'
import { allowsFailure } from './soft-failure.ts'

type End = Partial<Job> & Pick<Job, 'state'>

/** Ends a job for good, and continues or skips its direct and indirect dependents. */
export function endJob(draft: Draft, slot: Slot, end: End): void {
  finish(draft, slot, end)
  if (slot !== RENDER) releaseDependents(draft, slot)
}

/** Ends a job without visiting its dependents, for use when all of them end too. */
export function finish(draft: Draft, slot: Slot, end: End): Job {
  const { services } = currentJob(draft, slot)
  const job = patchJob(draft, slot, {
    notBefore: null,
    deadlineAt: null,
    killBy: null,
    ...end,
    ...(services.length > 0 && { services: services.map(endedService) }),
    finishedAt: draft.at,
  })
  const logs = services.map(({ name }) => serviceLogId(job.id, name))
  draft.effects.push({ type: 'job_ended', job: job.id, ...(logs.length > 0 && { logs }) })
  return job
}

/** Services end with their step. */
function endedService(service: ServiceState): ServiceState {
  return service.state === 'failed' ? service : { ...service, state: 'ended' }
}

interface HowFailed {
  readonly signal?: string | null
  /** Forbids a new attempt. */
  readonly final?: boolean
  /** Number of failed tests if their quarantine explains the failure; otherwise 0. */
  readonly quarantined?: number
}

/** Ends a job as failed or timed out: softly, with a new attempt, or for good. */
export function failJob(
  draft: Draft,
  slot: Slot,
  end: End,
  { signal = null, final = false, quarantined = 0 }: HowFailed = {},
): void {
  if (slot === RENDER) {
    failRender(draft, end)
    return
  }
  const step = stepAt(draft.live, slot)
  const failure: Failure = { job: { ...currentJob(draft, slot), ...end }, signal }
  if (!final && wantsRetry(step, failure)) {
    finish(draft, slot, end)
    const delayMs = (step.retry?.delaySeconds ?? 0) * 1000
    schedule(draft, slot, nextAttempt(draft, slot), delayMs > 0 ? draft.at + delayMs : null)
    return
  }
  const isAllowed = allowsFailure(step, failure.job)
  if (quarantined === 0 || isAllowed) {
    endJob(draft, slot, { ...end, softFailed: isAllowed })
    return
  }
  const why = `${quarantined === 1 ? '1 test' : `${quarantined} tests`} in quarantine`
  draft.effects.push({ type: 'remark', job: failure.job.id, text: `failed softly: ${why}` })
  endJob(draft, slot, { ...end, errorMessage: end.errorMessage ?? `Failed softly: ${why}.`, softFailed: true })
}

/**
 * Ends a job that is canceling or timing out, after its process tree has exited or was abandoned.
 * `exitCode` is set when its command ended by itself.
 */
export function endStopped(
  draft: Draft,
  slot: Slot,
  { exitCode, snapshot }: Pick<Job, 'exitCode' | 'snapshot'> = { exitCode: null, snapshot: null },
): void {
  const { state, errorCode, errorMessage } = currentJob(draft, slot)
  if (state === 'canceling') endJob(draft, slot, { state: 'canceled', exitCode })
  else failJob(draft, slot, { state: 'timed_out', errorCode, errorMessage, exitCode, snapshot })
}

/** Returns the next attempt of the newest job at the slot. */
export function nextAttempt(draft: Draft, slot: Slot): Job {
  const { id, step, attempt } = currentJob(draft, slot)
  return { ...newJob(draft.context.newId(), step, draft.at), attempt: attempt + 1, previousAttempt: id }
}

/**
 * Makes a job ready to be leased; `attempt`, if given, becomes its new attempt. In a held-back
 * build, the job waits for `scheduleReady`.
 */
export function schedule(draft: Draft, slot: Slot, attempt: Job | null, notBefore: Instant | null): void {
  if (attempt !== null) addAttempt(draft, slot, attempt)
  if (isHeldBack(draft.header)) return
  const job = patchJob(draft, slot, { state: 'scheduled', scheduledAt: draft.at, assignedAt: null, notBefore })
  draft.effects.push({ type: 'ready', job: job.id, notBefore })
}

/** Makes every step without open prerequisites ready. */
export function scheduleReady(draft: Draft): void {
  for (const slot of draft.live.jobs.keys()) {
    if (currentJob(draft, slot).state === 'pending' && unmetAt(draft, slot) === 0) schedule(draft, slot, null, null)
  }
}

/** Returns whether the build is held back: it waits for approval, or for a place in its group. */
export function isHeldBack({ held, awaitsPlace }: BuildHeader): boolean {
  return held || awaitsPlace
}

/** Returns the number of prerequisites that are not satisfied yet, as decided so far. */
export function unmetAt(draft: Draft, slot: Slot): number {
  return draft.unmet.get(slot) ?? draft.live.unmet[slot] ?? 0
}

/** Returns the verdict of each prerequisite for the step at a slot, as decided so far. */
export function verdicts(draft: Draft, slot: Slot): readonly Verdict[] {
  const step = stepAt(draft.live, slot)
  return prerequisitesOf(draft.live.steps, slot).map((from) => judge(step, from, currentJob(draft, from)))
}

/** Recounts the unsatisfied prerequisites of the step at a slot. */
export function recountUnmet(draft: Draft, slot: Slot): void {
  draft.unmet.set(slot, verdicts(draft, slot).filter((verdict) => verdict !== 'met').length)
}

/**
 * Skips the steps with false conditions, from slot `first` on. All of them come before any cascade,
 * so that a step with a false condition always reports its condition as the reason.
 */
export function skipByConditions(draft: Draft, first: Slot): void {
  const skipped = [...draft.live.steps.keys()].slice(first).filter((slot) => !stepAt(draft.live, slot).conditionHolds)
  for (const slot of skipped) finish(draft, slot, { state: 'skipped', skipReason: 'condition' })
  for (const slot of skipped) releaseDependents(draft, slot)
}

/** Continues or skips the direct and indirect dependents of an ended job. */
function releaseDependents(draft: Draft, ended: Slot): void {
  // A chain may be 10,000 steps long, so a list replaces recursion.
  const over: Slot[] = [ended]
  for (let from = over.pop(); from !== undefined; from = over.pop()) {
    const job = currentJob(draft, from)
    for (const slot of draft.live.dependents[from] ?? []) {
      if (currentJob(draft, slot).state !== 'pending') continue
      const verdict = judge(stepAt(draft.live, slot), from, job)
      if (verdict === 'failed') {
        finish(draft, slot, { state: 'skipped', skipReason: 'prerequisite' })
        over.push(slot)
      } else if (verdict === 'met') {
        const unmet = unmetAt(draft, slot) - 1
        draft.unmet.set(slot, unmet)
        if (unmet === 0) schedule(draft, slot, null, null)
      }
    }
  }
}

function failRender(draft: Draft, end: End): void {
  const { errorMessage } = finish(draft, RENDER, end)
  draft.header = {
    ...draft.header,
    errorCode: draft.header.errorCode ?? 'render_failed',
    errorMessage: draft.header.errorMessage ?? errorMessage,
  }
}

/** A job that has just failed or timed out, with the signal that ended its command, if any. */
interface Failure {
  readonly job: Job
  readonly signal: string | null
}

/** Returns whether the step's `retry` allows another attempt. */
function wantsRetry(step: Step, { job, signal }: Failure): boolean {
  const { retry } = step
  if (retry === null || job.attempt > retry.limit || job.errorCode === 'pipeline_timeout') return false
  if (!retry.exitCodes && !retry.signals && !retry.reasons) return true
  return (
    // Ignores the exit code of a command that was stopped by its deadline.
    (job.state === 'failed' && matchesExitCode(retry.exitCodes ?? [], job.exitCode)) ||
    (signal !== null && (retry.signals ?? []).includes(signal)) ||
    (job.errorCode !== null && (retry.reasons ?? []).includes(job.errorCode))
  )
}

function matchesExitCode(wanted: readonly number[] | '*', exitCode: number | null): boolean {
  if (exitCode === null) return false
  return wanted === '*' ? exitCode !== 0 : wanted.includes(exitCode)
}
