import type { BuildHeader } from '../core/live-build.ts'
import type { BuildEvent, Instant, Job } from '../core/model.ts'
import { isBuildTerminal } from '../core/states.ts'
import type { Lease } from '../store.ts'

interface Overdue {
  readonly buildId: string
  readonly event: BuildEvent
}

/** What should have happened by now, from a look at every build and every lease. */
export function overdueEvents(
  headers: Iterable<BuildHeader>,
  leases: Iterable<Lease>,
  jobOf: (lease: Lease) => Job | undefined,
  now: Instant,
): readonly Overdue[] {
  const overdue: Overdue[] = []
  for (const { id, state, deadlineAt } of headers) {
    if (deadlineAt !== null && deadlineAt <= now && !isBuildTerminal(state)) {
      overdue.push({ buildId: id, event: { type: 'build_deadline', at: now } })
    }
  }
  for (const lease of leases) {
    const { jobId: job, buildId, fence } = lease
    const killBy = jobOf(lease)?.killBy ?? null
    if (killBy !== null && killBy <= now) overdue.push({ buildId, event: { type: 'kill_overdue', job, at: now } })
    else if (lease.expiresAt <= now) overdue.push({ buildId, event: { type: 'lease_lost', job, fence, at: now } })
    else if (lease.deadlineAt !== null && lease.deadlineAt <= now) {
      overdue.push({ buildId, event: { type: 'job_deadline', job, at: now } })
    }
  }
  return overdue
}
