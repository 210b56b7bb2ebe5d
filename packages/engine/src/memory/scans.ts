import type { BuildHeader } from '../core/live-build.ts'
import type { BuildEvent, Instant, Job } from '../core/model.ts'
import { isBuildTerminal } from '../core/states.ts'
import { annotationId, type BuildAnnotation } from '../step-output.ts'
import type { Lease, LiveSnapshots } from '../store.ts'
import type { StoredBuild } from './working-builds.ts'

/** Implements `BuildStore.liveSnapshots`. */
export function liveSnapshots(builds: Iterable<StoredBuild>, since: Instant, runner?: string): LiveSnapshots {
  const needed = new Set<string>()
  const pinned: string[] = []
  const left: string[] = []
  const newestFirst = [...builds].sort((a, b) => endOf(b) - endOf(a))
  for (const build of newestFirst) {
    const over = isBuildTerminal(build.live.header.state)
    if (over && endOf(build) <= since) continue
    const { wanted, others } = snapshotsOf(build, runner)
    if (over) pinned.push(...wanted)
    else for (const snapshot of wanted) needed.add(snapshot)
    if (over) left.push(...others)
  }
  return { needed, pinned, left }
}

function endOf({ live }: StoredBuild): Instant {
  return live.header.finishedAt ?? 0
}

/**
 * Returns as `wanted` the snapshots of unpassed jobs, of the steps that these build in or take
 * files from, and of services while the build has not passed.
 */
function snapshotsOf({ live, attempts }: StoredBuild, runner?: string): Record<'wanted' | 'others', readonly string[]> {
  const parents = new Set<number>()
  live.steps.forEach(({ buildsIn, inputs = [] }, slot) => {
    if (live.jobs[slot]?.state === 'passed') return
    if (buildsIn !== null) parents.add(buildsIn)
    for (const { from } of inputs) parents.add(from)
  })
  const wanted: string[] = []
  const others: string[] = []
  const hasFailed = live.header.state !== 'passed'
  // A future appended step may start from any step of its build. A generator appends until it has
  // passed: a retry runs it again, except if its condition has skipped it.
  const mayGrow = live.steps.some(({ append }, slot) => {
    const job = live.jobs[slot]
    return append && job !== undefined && job.state !== 'passed' && job.skipReason !== 'condition'
  })
  for (const { snapshot, state, step, serviceSnapshots, runner: holder } of attempts.values()) {
    if (runner !== undefined && runner !== holder) continue
    // A step that starts from them may still run or be retried.
    ;(hasFailed ? wanted : others).push(...Object.values(serviceSnapshots))
    if (snapshot === null || step === null) continue
    ;(state !== 'passed' || parents.has(step) || mayGrow ? wanted : others).push(snapshot)
  }
  return { wanted, others }
}

interface Overdue {
  readonly buildId: string
  readonly event: BuildEvent
}

/** Returns the overdue events by examining every build and every lease. */
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

/** Implements `OutputStore.annotations`. */
export function annotationsOf({ live, outputs }: StoredBuild): readonly BuildAnnotation[] {
  return live.jobs.flatMap(({ id: jobId }) =>
    (outputs.get(jobId)?.annotations ?? []).map((annotation, position) => ({
      id: annotationId(jobId, position),
      jobId,
      ...annotation,
    })),
  )
}
