/** Finds the jobs that a build's turn may lease, and the jobs that may leave their gates. */
import { jobAt, type LiveBuild } from '../core/live-build.ts'
import type { BuildEvent, Instant, Job } from '../core/model.ts'
import type { Taker } from '../core/placement/placement.ts'
import { isHeld } from '../core/states.ts'
import type { StoreSettings } from '../store-settings.ts'
import type { NewLease } from './write-change.ts'

export interface LeaseWish extends Taker {
  readonly jobs: readonly string[]
  readonly now: Instant
}

export interface PlannedLease extends NewLease {
  readonly fence: number
  readonly leaseId: string
  readonly at: Instant
}

/** Returns the newest attempts with these ids. */
export function jobsOf(live: LiveBuild, ids: readonly string[]): readonly Job[] {
  return ids.flatMap((id) => {
    const slot = live.slots.get(id)
    return slot === undefined ? [] : [jobAt(live, slot)]
  })
}

/**
 * Returns the jobs that may stop waiting or running because of these events. This is a superset,
 * because the gates are locked before the result is known.
 */
export function leavingJobs(live: LiveBuild, events: readonly BuildEvent[], failFast: boolean): readonly Job[] {
  if (events.some((event) => failFast || !('job' in event))) {
    const all = live.render === null ? live.jobs : [...live.jobs, live.render]
    return all.filter(({ state }) => state === 'scheduled' || isHeld(state))
  }
  const ids = events.flatMap((event) => ('job' in event && event.type !== 'started' ? event.job : []))
  return jobsOf(live, ids)
}

/** Returns whether the job waits only for a runner and its gates. */
export function isLeasable(live: LiveBuild, id: string, now: Instant): boolean {
  return jobsOf(live, [id]).some(
    ({ state, notBefore }) => state === 'scheduled' && (notBefore === null || notBefore <= now),
  )
}

/** Returns the leases for the jobs that are granted to the wish. */
export function planLeases(
  live: LiveBuild,
  { runner, now }: LeaseWish,
  ids: readonly string[],
  { startLeaseMs, newId }: Pick<StoreSettings, 'startLeaseMs' | 'newId'>,
): readonly PlannedLease[] {
  return jobsOf(live, ids).map(({ id: jobId, fence }) => {
    return { jobId, runner, fence: fence + 1, leaseId: newId(), at: now, expiresAt: now + startLeaseMs }
  })
}

/** Returns the event that reports a lease to the core. */
export function leasedEvent({ jobId: job, fence, leaseId, at, runner }: PlannedLease): BuildEvent {
  return { type: 'leased', job, fence, leaseId, at, runner }
}
