import type pg from 'pg'
import { groupOf } from '../core/gates.ts'
import type { LiveBuild } from '../core/live-build.ts'
import type { Build, Instant, Job } from '../core/model.ts'
import { bindsFamily, deciderOf, familyOf, homeOf, neededFiles } from '../core/placement/homes.ts'
import { isHeld } from '../core/states.ts'
import type { Played } from '../play-events.ts'
import { remarkLine } from '../remark-line.ts'
import { writeAppended } from './appended-steps.ts'
import { headerValues } from './build-rows.ts'
import { type ChangePart, changeStatement } from './change-statement.ts'
import { jobRecord, newJobRecord } from './job-rows.ts'
import { storable, time } from './values.ts'

/** A lease that begins with this change. */
export interface NewLease {
  readonly jobId: string
  readonly runner: string
  readonly expiresAt: Instant
}

export interface Writing {
  readonly live: LiveBuild
  /** The build's version after this change. */
  readonly version: number
  readonly played: Omit<Played, 'taken'>
  readonly newLeases: readonly NewLease[]
  /** Duration of a lease whose command has started, in milliseconds. */
  readonly leaseMs: number
  /** See `Company`. */
  readonly hasOthers: boolean
  readonly at: Instant
}

/** Returns the rows of the ready queue for these jobs. */
export function readyRecords(
  build: Pick<Build, 'queue' | 'pipeline' | 'createdAt' | 'steps' | 'jobs'>,
  jobs: readonly Job[],
  at: Instant,
): readonly Readonly<Record<string, unknown>>[] {
  return jobs
    .filter(({ state }) => state === 'scheduled')
    .map((job) => {
      const { id, step, notBefore } = job
      const group = groupRecord(build, job)
      const { pool = null, labels = [] } = (step === null ? undefined : build.steps[step]?.runsOn) ?? {}
      return {
        job_id: id,
        ready_at: time(notBefore ?? at),
        ...(notBefore !== null && { not_before: time(notBefore) }),
        ...(group && { ...group, build_at: time(build.createdAt), step }),
        ...(pool !== null && { pool }),
        ...(labels.length > 0 && { labels }),
        ...(step !== null && { home: homeOf(build, step) ?? undefined }),
        ...(step !== null && filesRecord(build, step)),
      }
    })
}

/**
 * Returns the files that a job starts from, and the runners that have them; '' for an unknown
 * runner.
 */
function filesRecord(
  build: Pick<Build, 'steps' | 'jobs'>,
  slot: number,
): { readonly files: readonly string[]; readonly holders: readonly string[] } | undefined {
  const files = neededFiles(build, slot)
  if (files.length === 0) return undefined
  return { files: files.map(({ snapshot }) => snapshot), holders: files.map(({ holder }) => holder ?? '') }
}

/** Returns the group in which a job counts; undefined if it has none. */
function groupRecord(
  build: Pick<Build, 'queue' | 'pipeline' | 'steps'>,
  { step }: Job,
): { readonly group_key: string; readonly group_limit: number } | undefined {
  const plan = step === null ? undefined : build.steps[step]
  const group = plan && groupOf(build, plan)
  return group ? { group_key: group.key, group_limit: Math.min(group.limit, 2 ** 31 - 1) } : undefined
}

/**
 * Writes a change in the client's open transaction, which has the build's row locked. Returns the
 * last seq of the log of each newly leased job.
 */
export async function writeChange(client: pg.ClientBase, writing: Writing): Promise<ReadonlyMap<string, number>> {
  const { live, version, played } = writing
  const { header } = live
  const parts = changeParts(writing)
  const { rows } = await client.query<{ job_id: string; last_seq: number }>({
    ...changeStatement(parts),
    values: [
      ...[header.id, version, ...headerValues(header), header.idleMs, time(header.queuedAt)],
      ...parts.flatMap(({ values }) => values),
    ],
  })
  if (played.steps !== null) {
    await client.query('update engine.plans set steps = $2 where build_id = $1', [
      header.id,
      JSON.stringify(played.steps),
    ])
  }
  if (played.appended.length > 0) await writeAppended(client, live, played.appended)
  return new Map(rows.map((row) => [row.job_id, row.last_seq]))
}

/** Returns the non-empty parts of a change. */
function changeParts({ live, played, newLeases, leaseMs, hasOthers, at }: Writing): readonly ChangePart[] {
  const { queue, pipeline } = live.header
  const build = { ...live.header, steps: live.steps, jobs: live.jobs }
  const jobs = [...played.jobs.values()]
  const added = [...played.added.values()]
  const all = [...jobs, ...added]
  const fresh = new Map(newLeases.map((lease) => [lease.jobId, lease]))
  const held = all.filter(({ state }) => isHeld(state))
  const idsOf = (some: readonly Job[]) => some.map(({ id }) => id)
  // A running job left the queue when it was leased.
  const left = jobs.filter(({ state }) => state !== 'scheduled' && state !== 'running')
  return [
    ...part('changed', jobs.map(jobRecord)),
    ...part(
      'added',
      added.map((job) => newJobRecord(job, live.steps)),
    ),
    ...part('waits_no_more', idsOf(left)),
    ...part(hasOthers ? 'waits_shared' : 'waits', readyRecords(build, all, at), queue, pipeline),
    ...part('released', idsOf(jobs.filter(({ state }) => !isHeld(state)))),
    ...part(
      'moved',
      held.filter((job) => !fresh.has(job.id)).map((job) => leaseRecord(job, at + leaseMs)),
    ),
    ...part('remarked', remarkRecords(played, at)),
    ...part(
      'leased',
      held.flatMap((job) => newLeaseRecord(build, job, fresh.get(job.id))),
      queue,
      pipeline,
    ),
    ...part('rehomed', rehomed(live, played)),
  ]
}

/** Returns a part that writes these ids or records, or no part if there are none. */
function part(
  name: ChangePart['name'],
  rows: readonly string[] | readonly Readonly<Record<string, unknown>>[],
  ...more: readonly string[]
): readonly ChangePart[] {
  if (rows.length === 0) return []
  return [{ name, values: [typeof rows[0] === 'string' ? rows : JSON.stringify(rows), ...more] }]
}

/** Returns the new homes of unchanged ready jobs that share files with a changed one. */
function rehomed(
  live: LiveBuild,
  { jobs, added }: Pick<Played, 'jobs' | 'added'>,
): readonly Readonly<Record<string, unknown>>[] {
  return [...jobs.values()].flatMap((job) => {
    if (job.step === null) return []
    const decider = deciderOf(live, job.step)
    const others = live.jobs[decider ?? -1]?.runner ?? null
    // Another member of the family decides the home both before and after.
    if (decider !== undefined && (decider < job.step || others === job.runner || job.fence === 0)) return []
    const home = bindsFamily(job) ? job.runner : others
    return familyOf(live.steps, job.step).flatMap((slot) => {
      const other = live.jobs[slot]
      const isUnchanged = other !== undefined && !jobs.has(other.id) && !added.has(other.id)
      return isUnchanged && other.state === 'scheduled' ? [{ job_id: other.id, home }] : []
    })
  })
}

function leaseRecord(job: Job, expiresAt: Instant): Readonly<Record<string, unknown>> {
  return {
    job_id: job.id,
    stop: job.state === 'canceling' ? 'cancel' : job.state === 'timing_out' ? 'timeout' : undefined,
    deadline_at: time(job.deadlineAt) ?? undefined,
    kill_by: time(job.killBy) ?? undefined,
    started: job.state === 'running',
    expires_at: time(expiresAt),
  }
}

function newLeaseRecord(
  build: Pick<Build, 'queue' | 'pipeline' | 'steps'>,
  job: Job,
  lease: NewLease | undefined,
): Readonly<Record<string, unknown>>[] {
  if (lease === undefined) return []
  const { fence, leaseId } = job
  const own = { runner: lease.runner, fence, lease_id: leaseId }
  return [{ ...leaseRecord(job, lease.expiresAt), ...own, ...groupRecord(build, job) }]
}

function remarkRecords(
  { effects }: Pick<Played, 'effects'>,
  at: Instant,
): readonly Readonly<Record<string, unknown>>[] {
  const turns = new Map<string, number>()
  return effects.flatMap((effect) => {
    if (effect.type !== 'remark') return []
    const turn = (turns.get(effect.job) ?? 0) + 1
    turns.set(effect.job, turn)
    return [{ job_id: effect.job, turn, ts: `${BigInt(at) * 1_000_000n}`, text: storable(remarkLine(effect.text)) }]
  })
}
