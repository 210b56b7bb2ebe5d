/** One turn of one build: whatever was asked of it meanwhile, in one transaction. */
import type pg from 'pg'
import { type BuildHeader, jobAt, type LiveBuild, viewBuild } from '../core/live-build.ts'
import type { BuildEvent, BuildState, Instant, Job, Step } from '../core/model.ts'
import { isTerminal } from '../core/states.ts'
import { type Played, playEvents } from '../play-events.ts'
import type { Applied, Lease } from '../store.ts'
import type { StoreSettings } from '../store-settings.ts'
import type { CachedBuild } from './build-cache.ts'
import { type NewLease, writeChange } from './write-change.ts'

/**
 * What the owner of the database wants done in the transaction of a change after which a build looks different, or in which a job ended. Every statement
 * of it is one more for each step.
 */
export type Outbox = (
  client: pg.ClientBase,
  change: {
    readonly buildId: string
    readonly queue: string
    readonly steps: readonly Step[]
    readonly before: BuildState
    readonly after: BuildState
    /** As they are after the change: whatever is terminal now and was not before it. */
    readonly endedJobs: readonly Job[]
  },
) => Promise<void>

interface LeaseWish {
  readonly runner: string
  readonly jobs: readonly string[]
  readonly now: Instant
}

/** Events to apply; jobs to lease come after them. */
export interface Ask {
  readonly events: readonly BuildEvent[]
  readonly lease: LeaseWish | null
}

export interface Answer {
  readonly applied: Applied
  readonly leases: readonly Lease[]
}

/** An ask that the core threw at: it must not harm those that share its turn. */
export class BadAsk extends Error {
  readonly index: number

  constructor(index: number, cause: unknown) {
    super('an event could not be decided', { cause })
    this.index = index
  }
}

interface PlayedAsk {
  /** The events that were played, without losses of leases that have not expired. */
  readonly kept: readonly BuildEvent[]
  readonly leases: readonly PlannedLease[]
  readonly played: Played
}

interface PlannedLease extends NewLease {
  readonly fence: number
}

/** Answers all asks within the client's open transaction; the build's row is locked, and `cached` is its working form, which moves on in place. */
export async function workOnBuild(
  client: pg.ClientBase,
  cached: CachedBuild,
  asks: readonly Ask[],
  settings: StoreSettings,
  outbox: Outbox | null,
): Promise<readonly Answer[]> {
  const { live } = cached
  const before = live.header
  const expired = await expiredLeases(client, asks)
  const results = asks.map((ask, index) => playAsk(live, ask, index, expired, settings))
  const played = sumUp(results.map((result) => result.played))
  let lastSeqs: ReadonlyMap<string, number> = new Map()
  if (results.some((result) => result.played.taken.includes(true))) {
    cached.version++
    const newLeases = results.flatMap(({ leases }) => leases)
    const at = Math.max(...asks.flatMap((ask) => [...ask.events.map((event) => event.at), ask.lease?.now ?? 0]))
    lastSeqs = await writeChange(client, {
      live,
      version: cached.version,
      played,
      newLeases,
      leaseMs: settings.leaseMs,
      at,
    })
    const endedJobs = ended(played)
    const { id: buildId, queue, state: after } = live.header
    if (outbox && (looksDifferent(before, live.header) || endedJobs.length > 0))
      await outbox(client, { buildId, queue, steps: live.steps, before: before.state, after, endedJobs })
  }
  return results.map((result, index) => answerAsk(live, asks[index]?.events ?? [], result, lastSeqs))
}

function looksDifferent(before: BuildHeader, after: BuildHeader): boolean {
  const shown = ['state', 'held', 'startedAt', 'finishedAt', 'errorCode'] as const
  return shown.some((member) => before[member] !== after[member])
}

function playAsk(
  live: LiveBuild,
  ask: Ask,
  index: number,
  expired: ReadonlySet<string>,
  settings: StoreSettings,
): PlayedAsk {
  const kept = ask.events.filter((event) => event.type !== 'lease_lost' || expired.has(`${event.job} ${event.at}`))
  const leases = ask.lease === null ? [] : planLeases(live, ask.lease, settings.startLeaseMs)
  const leased = leases.map(
    ({ jobId, fence }): BuildEvent => ({ type: 'leased', job: jobId, fence, at: ask.lease?.now ?? 0 }),
  )
  try {
    return { kept, leases, played: playEvents(live, [...kept, ...leased], settings) }
  } catch (cause) {
    throw new BadAsk(index, cause)
  }
}

/** Those of the wished jobs that can be had: the wish was made before the build's row was locked. */
function planLeases(live: LiveBuild, { runner, jobs, now }: LeaseWish, lengthMs: number): readonly PlannedLease[] {
  return jobs.flatMap((jobId) => {
    const slot = live.slots.get(jobId)
    const job = slot === undefined ? undefined : jobAt(live, slot)
    if (job?.state !== 'scheduled' || (job.notBefore !== null && job.notBefore > now)) return []
    return [{ jobId, runner, fence: job.fence + 1, expiresAt: now + lengthMs }]
  })
}

/** Leases that have run out at the instants of the `lease_lost` events, locked so that they cannot be renewed any more. */
async function expiredLeases(client: pg.ClientBase, asks: readonly Ask[]): Promise<ReadonlySet<string>> {
  const losses = asks.flatMap(({ events }) => events.filter((event) => event.type === 'lease_lost'))
  if (losses.length === 0) return new Set()
  const { rows } = await client.query<{ job_id: string; expires_at: Date }>({
    name: 'engine-expired-leases',
    text: 'select job_id, expires_at from engine.leases where job_id = any($1::uuid[]) order by job_id for update',
    values: [losses.map(({ job }) => job)],
  })
  const expiries = new Map(rows.map((row) => [row.job_id, row.expires_at.getTime()]))
  const expired = losses.filter(({ job, at }) => (expiries.get(job) ?? Number.POSITIVE_INFINITY) <= at)
  return new Set(expired.map(({ job, at }) => `${job} ${at}`))
}

function sumUp(parts: readonly Played[]): Omit<Played, 'taken'> {
  const jobs = new Map<string, Job>()
  const added = new Map<string, Job>()
  for (const part of parts) {
    for (const [id, job] of part.added) added.set(id, job)
    for (const [id, job] of part.jobs) (added.has(id) ? added : jobs).set(id, job)
  }
  const steps = parts.find((part) => part.steps !== null)?.steps ?? null
  return { effects: parts.flatMap(({ effects }) => effects), jobs, added, steps }
}

/** A job that ended and was put back to waiting in the same turn has not. */
function ended({ effects, jobs, added }: Omit<Played, 'taken'>): readonly Job[] {
  const ids = new Set(effects.flatMap((effect) => (effect.type === 'job_ended' ? effect.job : [])))
  const all = [...ids].flatMap((id) => added.get(id) ?? jobs.get(id) ?? [])
  return all.filter(({ state }) => isTerminal(state))
}

function answerAsk(
  live: LiveBuild,
  asked: readonly BuildEvent[],
  { kept, leases, played }: PlayedAsk,
  lastSeqs: ReadonlyMap<string, number>,
): Answer {
  const verdicts = new Map(kept.map((event, index) => [event, played.taken[index] === true]))
  const applied: Applied = {
    build: viewBuild(live),
    changed: [...played.jobs.values(), ...played.added.values()],
    taken: asked.map((event) => verdicts.get(event) === true),
    effects: played.effects,
  }
  const buildId = live.header.id
  return {
    applied,
    leases: leases.map(({ jobId, runner, fence, expiresAt }) => ({
      jobId,
      buildId,
      runner,
      fence,
      expiresAt,
      started: false,
      lastSeq: lastSeqs.get(jobId) ?? 0,
      spoolPosition: '0',
      stop: null,
      deadlineAt: null,
    })),
  }
}
