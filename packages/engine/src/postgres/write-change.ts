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
import { jobRecord, newJobRecord } from './job-rows.ts'
import { opensAfter } from './layers/opens-after.ts'
import { storable, time } from './values.ts'

/** A lease that begins with this change. */
export interface NewLease {
  readonly jobId: string
  readonly runner: string
  readonly expiresAt: Instant
}

export interface Writing {
  readonly live: LiveBuild
  /** The build's version with this change. */
  readonly version: number
  readonly played: Omit<Played, 'taken'>
  readonly newLeases: readonly NewLease[]
  /** The length of a lease whose command has started. */
  readonly leaseMs: number
  /** See `Company`. */
  readonly hasOthers: boolean
  readonly at: Instant
}

const changingColumns = `state text, fence int, runner text, lost int, not_before timestamptz, scheduled_at timestamptz, assigned_at timestamptz, started_at timestamptz,
  finished_at timestamptz, deadline_at timestamptz, kill_by timestamptz, exit_code int, error_code text, error_message text, skip_reason text,
  soft_failed boolean, cached boolean, snapshot text, substituted_image text, services json, service_snapshots json, lease_id uuid, phases json`

/** Returns the statement that writes new jobs; the arguments are SQL expressions. */
export function insertJobs(build: string, version: string, records: string): string {
  return `insert into engine.jobs (build_id, version, id, step, builds_in, inputs_from, appends, attempt, previous_attempt, created_at, state, fence, runner, lost,
      not_before, scheduled_at, assigned_at, started_at, finished_at, deadline_at, kill_by, exit_code, error_code, error_message, skip_reason, soft_failed, cached, snapshot,
      substituted_image, services, service_snapshots, lease_id, phases)
    select ${build}, ${version}, r.* from json_to_recordset(${records}::json) as r(id uuid, step int, builds_in int, inputs_from int[], appends boolean, attempt int,
      previous_attempt uuid, created_at timestamptz, ${changingColumns})`
}

/**
 * Returns the statement that makes jobs ready; the arguments are SQL expressions. `openAt`: until when
 * a job `r` is kept for those that have its files.
 */
export function insertReady(
  build: string,
  queue: string,
  pipeline: string,
  records: string,
  openAt = 'null::timestamptz',
): string {
  return `insert into engine.ready (build_id, queue, pipeline, job_id, ready_at, not_before, group_key, group_limit, build_at, step, pool, labels, home, files, holders, open_at)
    select ${build}, ${queue}, ${pipeline}, r.*, ${openAt}
    from json_to_recordset(${records}::json) as r(job_id uuid, ready_at timestamptz, not_before timestamptz, group_key text, group_limit int,
      build_at timestamptz, step int, pool text, labels text[], home text, files text[], holders text[])
    on conflict (job_id) do update set ready_at = excluded.ready_at, not_before = excluded.not_before, home = excluded.home,
      files = excluded.files, holders = excluded.holders, open_at = excluded.open_at, gate = null`
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
        not_before: time(notBefore),
        ...(group && { ...group, build_at: time(build.createdAt), step }),
        pool,
        ...(labels.length > 0 && { labels }),
        home: step === null ? null : homeOf(build, step),
        ...(step !== null && filesRecord(build, step)),
      }
    })
}

/** Returns the files that a job starts from, and whose they are: '' for nobody who is known. */
function filesRecord(
  build: Pick<Build, 'steps' | 'jobs'>,
  slot: number,
): { readonly files: readonly string[]; readonly holders: readonly string[] } | undefined {
  const files = neededFiles(build, slot)
  if (files.length === 0) return undefined
  return { files: files.map(({ snapshot }) => snapshot), holders: files.map(({ holder }) => holder ?? '') }
}

/** Returns the group that a job counts in; undefined without one. */
function groupRecord(
  build: Pick<Build, 'queue' | 'pipeline' | 'steps'>,
  { step }: Job,
): { readonly group_key: string; readonly group_limit: number } | undefined {
  const plan = step === null ? undefined : build.steps[step]
  const group = plan && groupOf(build, plan)
  return group ? { group_key: group.key, group_limit: Math.min(group.limit, 2 ** 31 - 1) } : undefined
}

// One statement: a change costs one round trip, whatever it consists of. The parts touch different
// rows, so their order does not matter.
const writeText = (openAt?: string) => `with
  changed as (
    update engine.jobs j set version = $2::bigint, state = r.state, fence = r.fence, runner = r.runner, lost = r.lost, not_before = r.not_before,
      scheduled_at = r.scheduled_at, assigned_at = r.assigned_at, started_at = r.started_at, finished_at = r.finished_at, deadline_at = r.deadline_at, kill_by = r.kill_by,
      exit_code = r.exit_code, error_code = r.error_code, error_message = r.error_message, skip_reason = r.skip_reason,
      soft_failed = r.soft_failed, cached = r.cached, snapshot = r.snapshot, substituted_image = r.substituted_image,
      services = r.services, service_snapshots = r.service_snapshots, lease_id = r.lease_id, phases = r.phases
    from json_to_recordset($12::json) as r(id uuid, ${changingColumns}) where j.id = r.id),
  added as (${insertJobs('$1::uuid', '$2::bigint', '$13')}),
  waits_no_more as (delete from engine.ready where job_id = any($14::uuid[])),
  waits as (${insertReady('$1::uuid', '$15::text', '$21::text', '$16', openAt)}),
  released as (delete from engine.leases where job_id = any($17::uuid[])),
  moved as (
    update engine.leases l set stop = r.stop, deadline_at = r.deadline_at, kill_by = r.kill_by,
      expires_at = case when r.started and not l.started then greatest(l.expires_at, r.expires_at) else l.expires_at end, started = l.started or r.started
    from json_to_recordset($18::json) as r(job_id uuid, stop text, deadline_at timestamptz, kill_by timestamptz, started boolean,
      expires_at timestamptz) where l.job_id = r.job_id),
  remarked as (
    insert into engine.log_chunks (job_id, seq, kind, ts, content)
    select r.job_id, coalesce((select max(seq) from engine.log_chunks c where c.job_id = r.job_id), 0) + r.turn, 2, r.ts, convert_to(r.text, 'UTF8')
    from json_to_recordset($19::json) as r(job_id uuid, turn int, ts bigint, text text)),
  leased as (
    insert into engine.leases (job_id, build_id, queue, pipeline, runner, fence, expires_at, started, last_seq, spool_offset, stop, deadline_at,
      kill_by, group_key, group_limit, lease_id)
    select r.job_id, $1::uuid, $15::text, $21::text, r.runner, r.fence, r.expires_at, r.started,
      coalesce((select max(seq) from engine.log_chunks c where c.job_id = r.job_id), 0), 0, r.stop, r.deadline_at, r.kill_by,
      r.group_key, r.group_limit, r.lease_id
    from json_to_recordset($20::json) as r(job_id uuid, runner text, fence int, lease_id uuid, expires_at timestamptz, started boolean, stop text,
      deadline_at timestamptz, kill_by timestamptz, group_key text, group_limit int)
    returning job_id, last_seq),
  rehomed as (
    update engine.ready w set home = r.home from json_to_recordset($24::json) as r(job_id uuid, home text)
    where w.job_id = r.job_id and w.home is distinct from r.home),
  build as (
    update engine.builds set version = $2::bigint, state = $3, cancel_requested = $4, error_code = $5, error_message = $6, started_at = $7,
      finished_at = $8, deadline_at = $9, timeout_seconds = $10, held = $11, idle_ms = $22::bigint, queued_at = $23::timestamptz
    where id = $1::uuid)
  select job_id, last_seq from leased`

const alone = { name: 'engine-write-change', text: writeText() }
/** Where there are other runners, jobs with files are kept for those that have them. */
const shared = {
  name: 'engine-write-shared-change',
  text: writeText(`case when r.files is not null then r.ready_at + ${opensAfter('r.files', 'r.holders')} end`),
}

/**
 * Writes a change in the client's open transaction, which has the build's row locked. Returns the
 * last seq of the log of each newly leased job.
 */
export async function writeChange(client: pg.ClientBase, writing: Writing): Promise<ReadonlyMap<string, number>> {
  const { live, version, played, at } = writing
  const { id, queue, pipeline } = live.header
  const build = { ...live.header, steps: live.steps, jobs: live.jobs }
  const jobs = [...played.jobs.values()]
  const added = [...played.added.values()]
  const all = [...jobs, ...added]
  const fresh = new Map(writing.newLeases.map((lease) => [lease.jobId, lease]))
  const held = all.filter(({ state }) => isHeld(state))
  const { rows } = await client.query<{ job_id: string; last_seq: number }>({
    ...(writing.hasOthers ? shared : alone),
    values: [
      id,
      version,
      ...headerValues(live.header),
      JSON.stringify(jobs.map(jobRecord)),
      JSON.stringify(added.map((job) => newJobRecord(job, live.steps))),
      jobs.filter(({ state }) => state !== 'scheduled').map((job) => job.id),
      queue,
      JSON.stringify(readyRecords(build, all, at)),
      jobs.filter(({ state }) => !isHeld(state)).map((job) => job.id),
      JSON.stringify(held.filter((job) => !fresh.has(job.id)).map((job) => leaseRecord(job, at + writing.leaseMs))),
      JSON.stringify(remarkRecords(played, at)),
      JSON.stringify(held.flatMap((job) => newLeaseRecord(build, job, fresh.get(job.id)))),
      pipeline,
      live.header.idleMs,
      time(live.header.queuedAt),
      JSON.stringify(rehomed(live, played)),
    ],
  })
  if (played.steps !== null) {
    await client.query('update engine.plans set steps = $2 where build_id = $1', [id, JSON.stringify(played.steps)])
  }
  if (played.appended.length > 0) await writeAppended(client, live, played.appended)
  return new Map(rows.map((row) => [row.job_id, row.last_seq]))
}

/** Returns the new homes of ready jobs that did not change themselves but share files with one that did. */
function rehomed(
  live: LiveBuild,
  { jobs, added }: Pick<Played, 'jobs' | 'added'>,
): readonly Readonly<Record<string, unknown>>[] {
  return [...jobs.values()].flatMap((job) => {
    if (job.step === null) return []
    const decider = deciderOf(live, job.step)
    const others = live.jobs[decider ?? -1]?.runner ?? null
    // Another member of the family decides its home, before and after.
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
    stop: job.state === 'canceling' ? 'cancel' : job.state === 'timing_out' ? 'timeout' : null,
    deadline_at: time(job.deadlineAt),
    kill_by: time(job.killBy),
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
