/** Stores flaky proofs in PostgreSQL: the order of their runs, and the results. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { ChangedBuild } from '../../change-feed.ts'
import type { LiveBuild } from '../../core/live-build.ts'
import type { Effect, Instant, Job, Step } from '../../core/model.ts'
import { everything } from '../../core/placement/reach.ts'
import { noTraffic } from '../../layers/layer.ts'
import { afterFork, type ForkEnd, forkMarginMs, type Probe, probeFor } from '../../probes/probe.ts'
import type { Proof, TestVerdict } from '../../probes/proof.ts'
import type { ForkLease, ForkRef, ProbeStore } from '../../store.ts'
import { stepOf } from '../appended-steps.ts'
import type { EndedStep } from '../step-outputs.ts'
import { transaction } from '../transaction.ts'
import { storableJson, time } from '../values.ts'
import { reachValues, withinReach } from '../waiting/reach-text.ts'
import { writeRun } from './proof-runs.ts'

/** A run that used a machine. */
export interface ProofRun {
  readonly id: string
  readonly step: Step
  readonly startedAt: Instant
  readonly endedAt: Instant
}

/** Work of the database's owner in the transaction in which a run ends or verdicts are written. */
export type ProofOutbox = (
  client: pg.ClientBase,
  change: {
    readonly buildId: string
    readonly queue: string
    readonly jobId: string
    readonly hasVerdicts: boolean
    /** Null for a run that ended without a machine, or before its end was known. */
    readonly run: ProofRun | null
  },
) => Promise<void>

/** Maximum number of proofs in progress per build. */
const mostProbesPerBuild = 3
/** Snapshots that a probe starts from are kept for a day. */
const longestWaitMs = 24 * 60 * 60_000
const overdueAtOnce = 100
/** Maximum number of queues that one query for a probe examines, like a query for jobs. */
const mostTurns = 200

/**
 * Returns SQL that tells whether a limit leaves no room for a run beside the leased jobs and runs.
 */
const isFull = (kind: 'queue' | 'pipeline', id: string, leases: string, runs: string) => `
  exists (select from engine.limits l where l.kind = '${kind}' and l.id = ${id}
    and l.jobs <= (select count(*) from engine.leases where ${leases}) + (select count(*) from ${runs}))`
const isQueueFull = isFull(
  'queue',
  'n.queue',
  'queue = n.queue',
  'engine.probes r where r.queue = n.queue and r.fork is not null',
)
const isPipelineFull = isFull(
  'pipeline',
  'b.pipeline',
  'queue = n.queue and pipeline = b.pipeline',
  'engine.probes r join engine.builds o on o.id = r.build_id where r.queue = n.queue and r.fork is not null and o.pipeline = b.pipeline',
)

// Continues on the index from the last served queue to the next one with a probe for this runner
// and room in its limits for the oldest such probe.
export const takeText = `with recursive turns as (
    select $1::text collate "C" as queue, null::uuid as job_id, 0 as turn
    where not exists (select from engine.ready r where r.gate is null and r.ready_at <= $2 and ${withinReach('r', 4)})
    union all
    select n.queue, case when not ${isQueueFull} then (
        select p.job_id from engine.probes p join engine.builds b on b.id = p.build_id join engine.jobs j on j.id = p.job_id
        where p.queue = n.queue and p.fork is null and j.runner = $4 and not ${isPipelineFull} order by p.queued_at limit 1) end, t.turn + 1
    from turns t cross join lateral (
      select queue from engine.probes where fork is null and queue > t.queue and ($7::text[] is null or queue = any($7)) order by queue limit 1) n
    where t.job_id is null and t.turn < ${mostTurns}),
  next as (select job_id from turns where job_id is not null)
  update engine.probes p set fork = $3, runner = $4,
    expires_at = $2::timestamptz + (p.budget_ms - p.spent_ms + ${forkMarginMs}) * interval '1 millisecond'
  from next where p.job_id = next.job_id and p.fork is null
  returning p.job_id, p.build_id, p.queue, p.fork, p.expires_at, (p.budget_ms - p.spent_ms)::int as left_ms, p.proof`

const overdueText = `(select job_id, build_id, fork from engine.probes where fork is not null and expires_at <= $1 order by expires_at limit $3)
  union (select job_id, build_id, fork from engine.probes where created_at <= $2 order by created_at limit $3)`

const verdictsText = `insert into engine.test_verdicts (report, test, verdict, forks, fork_passes, at)
  select r.id, x.test, v.verdict, v.forks, v.passed, $3 from json_to_recordset($2::json) as v(key uuid, verdict text, forks int, passed int)
    cross join engine.test_reports r
    join engine.test_cases c on c.pipeline = r.pipeline and c.key = v.key
    join engine.test_results x on x.report = r.id and x.test = c.id and x.state in ('f', 'e')
  where r.job_id = $1 and r.at is not null
  on conflict do nothing`

interface ProbesOptions {
  readonly pool: pg.Pool
  readonly outbox: ProofOutbox | null
  /** Announces a change of a build. */
  readonly tell: (build: ChangedBuild, effects: readonly Effect[]) => void
}

interface ProbeRow {
  readonly queue: string
  readonly lost: number
  readonly budget_ms: string
  readonly spent_ms: string
  readonly proof: Proof
}

interface TakenRow extends Pick<ProbeRow, 'queue' | 'proof'>, RefRow {
  readonly fork: string
  readonly expires_at: Date
  readonly left_ms: number
}

export class PostgresProbes implements ProbeStore {
  readonly #options: ProbesOptions
  /** The queue that was served last. */
  #last = ''

  constructor(options: ProbesOptions) {
    this.#options = options
  }

  async take(runner: string, now: Instant, reach = everything): Promise<ForkLease | null> {
    const reached = reachValues({ runner, reach, traffic: noTraffic })
    const row = (await this.#take(this.#last, now, reached)) ?? (this.#last && (await this.#take('', now, reached)))
    if (!row) return null
    this.#last = row.queue
    const { job_id: jobId, build_id: buildId, fork, expires_at: expiresAt, left_ms: leftMs, proof } = row
    return { jobId, buildId, fork, expiresAt: expiresAt.getTime(), leftMs, proof }
  }

  /** Leases a run of one of the queues after this one. */
  async #take(after: string, now: Instant, reached: readonly unknown[]): Promise<TakenRow | undefined> {
    const values = [after, time(now), randomUUID(), ...reached]
    const { rows } = await this.#options.pool.query<TakenRow>({ name: 'engine-take-probe', text: takeText, values })
    return rows[0]
  }

  async end(ref: ForkRef, now: Instant, end: ForkEnd): Promise<boolean> {
    const ended = await transaction(this.#options.pool, (client) => this.#end(client, ref, now, end))
    if (ended === null) return false
    if (ended.isShown) this.#options.tell({ id: ref.buildId, queue: ended.queue }, [])
    return true
  }

  async of(runner: string): ReturnType<ProbeStore['of']> {
    const { rows } = await this.#options.pool.query<RefRow & { readonly taken_at: Date }>({
      name: 'engine-probes-of',
      text: `select job_id, build_id, fork, expires_at - (budget_ms - spent_ms + ${forkMarginMs}) * interval '1 millisecond' as taken_at
        from engine.probes where fork is not null and runner = $1`,
      values: [runner],
    })
    return rows.map((row) => ({ ...refOf(row), takenAt: row.taken_at.getTime() }))
  }

  async release(runner: string, now: Instant): Promise<void> {
    for (const fork of await this.of(runner)) await this.end(fork, now, { kind: 'lost' })
  }

  async endOverdue(now: Instant): Promise<void> {
    const { rows } = await this.#options.pool.query<RefRow>({
      name: 'engine-overdue-probes',
      text: overdueText,
      values: [time(now), time(now - longestWaitMs), overdueAtOnce],
    })
    for (const row of rows) await this.end(refOf(row), now, { kind: row.fork === null ? 'impossible' : 'lost' })
  }

  async #end(client: pg.ClientBase, ref: ForkRef, now: Instant, end: ForkEnd): Promise<Ended | null> {
    const { jobId, buildId, fork } = ref
    // Locks the build first, in the lock order of every change of a build.
    await client.query({
      name: 'engine-lock-proved-build',
      text: 'select from engine.builds where id = $1 for update',
      values: [buildId],
    })
    const { rows } = await client.query<ProbeRow>({
      name: 'engine-lock-probe',
      text: `select queue, lost, budget_ms, spent_ms, proof from engine.probes
        where job_id = $1 and fork is not distinct from $2 for update`,
      values: [jobId, fork],
    })
    const [row] = rows
    if (row === undefined) return null
    const { queue, lost, proof } = row
    const before = { proof, lost, budgetMs: Number(row.budget_ms), spentMs: Number(row.spent_ms) }
    const { probe, verdicts } = afterFork(before, end)
    if (probe === null) await client.query('delete from engine.probes where job_id = $1', [jobId])
    else await writeProbe(client, jobId, probe, now)
    if (verdicts.length > 0) await writeVerdicts(client, ref, verdicts, now)
    const run = end.kind === 'ran' && fork !== null ? await usedRun(client, jobId, fork, end) : null
    if (end.kind === 'ran' && fork !== null) await writeRun(client, { jobId, fork, proof }, end)
    const hasVerdicts = verdicts.length > 0
    if (run !== null || hasVerdicts) await this.#options.outbox?.(client, { buildId, queue, jobId, hasVerdicts, run })
    return { queue, isShown: hasVerdicts || probe === null }
  }
}

/** The notifications for readers of a build. */
interface Ended {
  readonly queue: string
  readonly isShown: boolean
}

interface RefRow {
  readonly job_id: string
  readonly build_id: string
  readonly fork: string | null
}

function refOf({ job_id: jobId, build_id: buildId, fork }: RefRow): ForkRef {
  return { jobId, buildId, fork }
}

/** Puts a probe back at the end of its queue. */
async function writeProbe(client: pg.ClientBase, jobId: string, probe: Probe, now: Instant): Promise<void> {
  await client.query({
    name: 'engine-write-probe',
    text: `update engine.probes set fork = null, runner = null, expires_at = null, queued_at = $2, lost = $3, spent_ms = $4, proof = $5
      where job_id = $1`,
    values: [jobId, time(now), probe.lost, probe.spentMs, storableJson(probe.proof)],
  })
}

/**
 * Writes verdicts on the failed tests of a job's reports. Readers of the job see a new version of
 * it, unless a newer attempt has replaced it.
 */
async function writeVerdicts(
  client: pg.ClientBase,
  { jobId, buildId }: ForkRef,
  verdicts: readonly TestVerdict[],
  now: Instant,
): Promise<void> {
  await client.query({
    name: 'engine-write-verdicts',
    text: verdictsText,
    values: [jobId, JSON.stringify(verdicts), time(now)],
  })
  await client.query({
    name: 'engine-show-verdicts',
    text: `with shown as (update engine.builds set version = version + 1 where id = $1 returning version)
      update engine.jobs j set version = shown.version from shown where j.id = $2 and not exists (
        select from engine.jobs n where n.build_id = j.build_id and n.step = j.step and n.attempt > j.attempt)`,
    values: [buildId, jobId],
  })
}

async function usedRun(
  client: pg.ClientBase,
  jobId: string,
  fork: string,
  { startedAt, endedAt }: Extract<ForkEnd, { readonly kind: 'ran' }>,
): Promise<ProofRun | null> {
  const { rows } = await client.query<{ step: Step }>({
    name: 'engine-proved-step',
    text: `select ${stepOf('p', 'j')} as step from engine.jobs j join engine.plans p on p.build_id = j.build_id where j.id = $1`,
    values: [jobId],
  })
  const [row] = rows
  return row === undefined ? null : { id: fork, step: row.step, startedAt, endedAt }
}

const beginText = `with begun as (
    insert into engine.probes (job_id, build_id, queue, created_at, queued_at, budget_ms, proof)
    select $1, $2, $3, $4, $4, $5, $6 where (select count(*) from engine.probes where build_id = $2) < ${mostProbesPerBuild}
    returning job_id)
  insert into engine.test_verdicts (report, test, verdict, forks, fork_passes, at)
  select report, test, 'unknown', 0, 0, $4 from engine.test_results
  where report = any($7::bigint[]) and state in ('f', 'e') and not exists (select from begun)`

/**
 * Begins the proofs of the red jobs that end in the client's open transaction, which has the
 * build's row locked. If too many proofs wait, the verdict is `unknown`.
 */
export async function beginProbes(
  client: pg.ClientBase,
  { header: { id, queue, cancelRequested }, steps }: Pick<LiveBuild, 'header' | 'steps'>,
  ended: readonly EndedStep[],
  jobs: ReadonlyMap<string, Job>,
): Promise<void> {
  if (cancelRequested) return
  for (const { jobId, step, reports, output, at } of ended) {
    const [planned, job] = [steps[step], jobs.get(jobId)]
    const probe = planned && job ? probeFor(planned, job, output.tests) : null
    if (probe === null) continue
    await client.query({
      name: 'engine-begin-probe',
      text: beginText,
      values: [jobId, id, queue, time(at), probe.budgetMs, storableJson(probe.proof), reports],
    })
  }
}
