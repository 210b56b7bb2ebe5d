import { endJob, nextAttempt, recountUnmet, schedule, unmetAt, verdicts } from './advance.ts'
import { joinGroup } from './decide-admission.ts'
import { addAttempt, currentJob, type Draft, patchJob } from './draft.ts'
import { deadlineFrom } from './lay-out.ts'
import type { Slot } from './live-build.ts'
import type { Job } from './model.ts'

/**
 * Retries a step (`http.md` 7.6): makes a new attempt, lets its dependents wait again, and reopens
 * the build with its whole time. Returns false while a prerequisite has ended without passing,
 * because that one must be retried first.
 */
export function decideRetry(draft: Draft, slot: Slot): boolean {
  const { state } = currentJob(draft, slot)
  if (state !== 'failed' && state !== 'timed_out' && state !== 'canceled') return false
  if (draft.header.state === 'canceling' || verdicts(draft, slot).includes('failed')) return false
  reopen(draft)
  addAttempt(draft, slot, nextAttempt(draft, slot))
  const waiting = [slot, ...resetDependents(draft, slot)]
  for (const each of waiting) recountUnmet(draft, each)
  for (const each of waiting) {
    if (currentJob(draft, each).state !== 'pending') continue
    if (verdicts(draft, each).includes('failed')) {
      endJob(draft, each, { state: 'skipped', skipReason: 'prerequisite' })
    } else if (unmetAt(draft, each) === 0) schedule(draft, each, null, null)
  }
  return true
}

/** Reopens the build, which waits for a place again if it had ended. */
function reopen(draft: Draft): void {
  const { group, queuedAt, startedAt, finishedAt, idleMs } = draft.header
  const over = startedAt === null || finishedAt === null ? 0 : Math.max(0, draft.at - finishedAt)
  const header = finishedAt === null ? draft.header : joinGroup(draft.header, group, draft.at)
  draft.header = {
    ...header,
    cancelRequested: false,
    errorCode: null,
    errorMessage: null,
    queuedAt: startedAt === null && finishedAt !== null ? draft.at : queuedAt,
    finishedAt: null,
    idleMs: idleMs + over,
    deadlineAt: deadlineFrom(header, draft.at),
  }
}

/**
 * Sets direct and indirect dependents that ended before they began back to pending. Returns the
 * slots of all waiting jobs.
 */
function resetDependents(draft: Draft, slot: Slot): Slot[] {
  const waiting = new Set<Slot>()
  const open: Slot[] = [slot]
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    for (const dependent of draft.live.dependents[from] ?? []) {
      const job = currentJob(draft, dependent)
      // A pending dependent waits for another prerequisite and may have counted this one as
      // satisfied.
      if (job.state === 'pending') waiting.add(dependent)
      if (!endedUnbegun(job)) continue
      patchJob(draft, dependent, {
        state: 'pending',
        scheduledAt: null,
        finishedAt: null,
        skipReason: null,
        errorCode: null,
        errorMessage: null,
        softFailed: false,
      })
      waiting.add(dependent)
      open.push(dependent)
    }
  }
  return [...waiting]
}

function endedUnbegun({ state, skipReason, fence, errorCode }: Job): boolean {
  if (state === 'skipped') return skipReason !== 'condition'
  return fence === 0 && (state === 'canceled' || state === 'timed_out' || errorCode === 'build_abandoned')
}
