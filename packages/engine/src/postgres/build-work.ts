/** Answers all waiting requests about one build, in one transaction. */
import type pg from 'pg'
import { admit } from '../core/gates.ts'
import { type BuildHeader, type LiveBuild, viewBuild } from '../core/live-build.ts'
import type { BuildEvent, BuildState, Effect, Job, Step } from '../core/model.ts'
import { checkTogether, isWithin } from '../core/placement/placement.ts'
import { isTerminal } from '../core/states.ts'
import { isEndTaken, type Played, playEvents } from '../play-events.ts'
import { type Applied, goneMs, type Lease } from '../store.ts'
import type { StoreSettings } from '../store-settings.ts'
import type { CachedBuild } from './build-cache.ts'
import { writeGroup } from './build-rows.ts'
import {
  isLeasable,
  jobsOf,
  type LeaseWish,
  leasedEvent,
  leavingJobs,
  type PlannedLease,
  planLeases,
} from './plan-leases.ts'
import type { Company } from './runners.ts'
import { type EndedStep, type WrittenOutput, writeStepOutput } from './step-outputs.ts'
import { beginProbes } from './tests/probes.ts'
import { withFailedTests } from './tests/quarantine.ts'
import { time } from './values.ts'
import type { BuildGates } from './waiting/gates.ts'
import { writeChange } from './write-change.ts'

/**
 * Work of the database's owner in the transaction of a change that affects the build's appearance
 * or ends a job. Every statement in it is an extra cost for each step.
 */
export type Outbox = (
  client: pg.ClientBase,
  change: {
    readonly buildId: string
    readonly queue: string
    readonly steps: readonly Step[]
    readonly before: BuildState
    readonly after: BuildState
    /** Jobs that this change ended, in their state after it. */
    readonly endedJobs: readonly Job[]
  },
) => Promise<void>

/** Dependencies that all turns of a store share. */
export interface Surroundings {
  readonly settings: StoreSettings
  readonly outbox: Outbox | null
  readonly company: Pick<Company, 'hasOthers'>
}

/** Requests changes of a build: first these events are applied, then jobs are leased. */
export interface Ask {
  readonly events: readonly BuildEvent[]
  readonly lease: LeaseWish | null
  /** Stored if the end of its job is among the accepted events. */
  readonly output?: WrittenOutput | undefined
}

export interface Answer {
  readonly applied: Applied
  readonly leases: readonly Lease[]
  /** Whether some of the wanted jobs wait at a gate, and are not found again before it has room. */
  readonly parked: boolean
  /** Wanted jobs that the runner may not take. */
  readonly unfit: readonly string[]
}

/** The core threw at this ask, which must not affect other asks of the same turn. */
export class BadAsk extends Error {
  readonly index: number

  constructor(index: number, cause: unknown) {
    super('could not decide an event', { cause })
    this.index = index
  }
}

/** Facts by which the transaction recognizes outdated events. */
interface Stale {
  /** Lost leases that have really expired, by job and by instant of the event. */
  readonly expired: ReadonlySet<string>
  /** Runners that were gone but are present again. */
  readonly back: ReadonlySet<string>
}

interface PlayedAsk {
  /** The applied events, without losses of unexpired leases and of runners that are present. */
  readonly kept: readonly BuildEvent[]
  readonly played: Played
}

/**
 * Answers all asks within the client's open transaction. The build's row is locked, and `cached` is
 * its live build, which is changed in place.
 */
export async function workOnBuild(
  client: pg.ClientBase,
  cached: CachedBuild,
  gates: BuildGates,
  given: readonly Ask[],
  { settings, outbox, company }: Surroundings,
): Promise<readonly Answer[]> {
  const { live } = cached
  const asks: Ask[] = []
  for (const ask of given) asks.push(await withFailedTests(client, live, ask))
  const before = live.header
  const at = Math.max(...asks.flatMap((ask) => [...ask.events.map((event) => event.at), ask.lease?.now ?? 0]))
  const events = asks.flatMap((ask) => ask.events)
  const leaving = gates.of(leavingJobs(live, events, settings.failFast === true))
  const passing = gates.of(asks.flatMap(({ lease }) => jobsOf(live, lease?.jobs ?? [])))
  const touched = new Set([...leaving, ...passing])
  if (touched.size > 0) await gates.lock(touched)
  const stale: Stale = { expired: await expiredLeases(client, asks), back: await runnersBack(client, asks) }
  const results = asks.map((ask, index) => playAsk(live, ask, index, stale, settings))
  const unfit = asks.map(({ lease }) => lease?.jobs.filter((id) => !isWithin(live, id, lease)) ?? [])
  const wished = asks.map(
    ({ lease }, index) =>
      lease?.jobs.filter((id) => isLeasable(live, id, lease.now) && !unfit[index]?.includes(id)) ?? [],
  )
  const wishes = wished.flat().map((job) => ({ job, gates: gates.of(jobsOf(live, [job])) }))
  const admission = admit(wishes, passing.size > 0 ? await gates.read(passing, at) : new Map())
  const granted = [...admission.granted]
  const mayGo = checkTogether(live)
  const leases = asks.map(({ lease }, index) => {
    const own = granted.splice(0, wished[index]?.length ?? 0)
    if (lease === null) return []
    // The group may have granted the turn to another job, and a runner in the same transaction may
    // have taken a job of the same family.
    const given = own.filter((id): id is string => id !== null && mayGo(id, lease))
    if (given.length < own.length) unfit[index]?.push(...(wished[index]?.filter((id) => !given.includes(id)) ?? []))
    return planLeases(live, lease, given, settings)
  })
  const newLeases = leases.flat()
  const leased = playEvents(live, newLeases.map(leasedEvent), settings)
  const played = sumUp([...results.map((result) => result.played), leased])
  let lastSeqs: ReadonlyMap<string, number> = new Map()
  if (newLeases.length > 0 || results.some((result) => result.played.taken.includes(true))) {
    cached.version++
    const steps = endedSteps(asks, results, played)
    const remarks = await writeStepOutputs(client, live, steps)
    lastSeqs = await writeChange(client, {
      live,
      version: cached.version,
      played: { ...played, effects: [...played.effects, ...remarks] },
      newLeases,
      leaseMs: settings.leaseMs,
      hasOthers: company.hasOthers,
      at,
    })
    await writeGroup(client, before, live.header)
    await beginProbes(client, live, steps, played.jobs)
    const endedJobs = ended(played)
    const { id: buildId, queue, state: after } = live.header
    if (outbox && (looksDifferent(before, live.header) || endedJobs.length > 0))
      await outbox(client, { buildId, queue, steps: live.steps, before: before.state, after, endedJobs })
  }
  if (admission.refused.size > 0) await gates.park(admission, touched, at)
  const open = admission.refused.size > 0 ? touched : new Set([...leaving, ...admission.left])
  if (open.size > 0) await gates.open(open, at)
  return results.map((result, index) => {
    const parked = wished[index]?.some((id) => admission.refused.has(id)) === true
    const answer = answerAsk(live, asks[index]?.events ?? [], result, leases[index] ?? [], leased, lastSeqs)
    return { ...answer, parked, unfit: unfit[index] ?? [] }
  })
}

function looksDifferent(before: BuildHeader, after: BuildHeader): boolean {
  const shown = ['state', 'held', 'awaitsPlace', 'startedAt', 'finishedAt', 'errorCode'] as const
  return shown.some((member) => before[member] !== after[member])
}

function playAsk(
  live: LiveBuild,
  ask: Ask,
  index: number,
  { expired, back }: Stale,
  settings: StoreSettings,
): PlayedAsk {
  const kept = ask.events.filter((event) => {
    if (event.type === 'holder_gone') return !back.has(event.runner)
    return event.type !== 'lease_lost' || expired.has(`${event.job} ${event.at}`)
  })
  try {
    return { kept, played: playEvents(live, kept, settings) }
  } catch (cause) {
    throw new BadAsk(index, cause)
  }
}

/**
 * Finds and locks the leases that had expired at the instants of the `lease_lost` events, so that
 * they cannot be renewed.
 */
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

/** Finds and locks the runners that are reported gone but are present. */
async function runnersBack(client: pg.ClientBase, asks: readonly Ask[]): Promise<ReadonlySet<string>> {
  const told = asks.flatMap(({ events }) => events.filter((event) => event.type === 'holder_gone'))
  if (told.length === 0) return new Set()
  const { rows } = await client.query<{ id: string }>({
    name: 'engine-runners-back',
    text: `select id from engine.runners where id = any($1) and seen_at > $2 and coalesce(drains_at > $2, true) order by id for share`,
    values: [told.map(({ runner }) => runner), time(Math.max(...told.map(({ at }) => at)) - goneMs)],
  })
  return new Set(rows.map(({ id }) => id))
}

function sumUp(parts: readonly Played[]): Omit<Played, 'taken'> {
  const jobs = new Map<string, Job>()
  const added = new Map<string, Job>()
  for (const part of parts) {
    for (const [id, job] of part.added) added.set(id, job)
    for (const [id, job] of part.jobs) (added.has(id) ? added : jobs).set(id, job)
  }
  const steps = parts.find((part) => part.steps !== null)?.steps ?? null
  const appended = parts.flatMap((part) => part.appended)
  return { effects: parts.flatMap(({ effects }) => effects), jobs, added, steps, appended }
}

/** Returns the outputs of steps whose end was accepted. */
function endedSteps(
  asks: readonly Ask[],
  results: readonly PlayedAsk[],
  { jobs }: Pick<Played, 'jobs'>,
): readonly EndedStep[] {
  return asks.flatMap(({ output }, index) => {
    const { kept = [], played } = results[index] ?? {}
    const step = jobs.get(output?.jobId ?? '')?.step ?? null
    if (!output || !played || step === null || !isEndTaken(kept, played.taken, output.jobId)) return []
    const job = jobs.get(output.jobId)
    return [{ ...output, step, at: job?.finishedAt ?? 0 }]
  })
}

async function writeStepOutputs(
  client: pg.ClientBase,
  { header }: LiveBuild,
  ended: readonly EndedStep[],
): Promise<readonly Effect[]> {
  const effects: Effect[] = []
  for (const step of ended)
    for (const text of await writeStepOutput(client, header.id, step))
      effects.push({ type: 'remark', job: step.jobId, text })
  return effects
}

/** Returns the ended jobs. Excludes a job that ended and waits again in the same turn. */
function ended({ effects, jobs, added }: Omit<Played, 'taken'>): readonly Job[] {
  const ids = new Set(effects.flatMap((effect) => (effect.type === 'job_ended' ? effect.job : [])))
  const all = [...ids].flatMap((id) => added.get(id) ?? jobs.get(id) ?? [])
  return all.filter(({ state }) => isTerminal(state))
}

function answerAsk(
  live: LiveBuild,
  asked: readonly BuildEvent[],
  { kept, played }: PlayedAsk,
  leases: readonly PlannedLease[],
  leased: Played,
  lastSeqs: ReadonlyMap<string, number>,
): Omit<Answer, 'parked' | 'unfit'> {
  const changed = new Map([...played.jobs, ...played.added])
  for (const { jobId } of leases) {
    const job = leased.jobs.get(jobId)
    if (job) changed.set(jobId, job)
  }
  const verdicts = new Map(kept.map((event, index) => [event, played.taken[index] === true]))
  const applied: Applied = {
    build: viewBuild(live),
    changed: [...changed.values()],
    taken: asked.map((event) => verdicts.get(event) === true),
    effects: played.effects,
  }
  const buildId = live.header.id
  return {
    applied,
    leases: leases.map(({ jobId, runner, fence, leaseId, expiresAt }) => ({
      jobId,
      buildId,
      runner,
      fence,
      leaseId,
      expiresAt,
      started: false,
      lastSeq: lastSeqs.get(jobId) ?? 0,
      spoolPosition: '0',
      stop: null,
      deadlineAt: null,
    })),
  }
}
