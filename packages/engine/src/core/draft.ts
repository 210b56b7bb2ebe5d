/** A decision in progress: the differences from an unchanged `LiveBuild`. */
import { count, foldTally, type Tally } from './fold-build.ts'
import type { Limits } from './limits.ts'
import { type BuildHeader, type Change, jobAt, type LiveBuild, RENDER, type Slot } from './live-build.ts'
import type { Effect, Instant, Job, Step } from './model.ts'
import { isBuildTerminal } from './states.ts'

/** External inputs of decisions: ids, limits, and whether the first failure stops the build. */
export interface DecideContext {
  newId(): string
  readonly limits: Limits
  /** Whether the first hard failure stops the rest of the build, for use at a terminal. */
  readonly failFast?: true
}

export interface Draft {
  /** Replaced by a larger build when steps are appended. */
  live: LiveBuild
  readonly context: DecideContext
  readonly at: Instant
  header: BuildHeader
  tally: Tally
  /** Changed newest attempts, by slot. */
  readonly current: Map<Slot, Job>
  /** Changed existing jobs, by id. */
  readonly jobs: Map<string, Job>
  readonly attempts: Map<string, Job>
  readonly unmet: Map<Slot, number>
  readonly effects: Effect[]
  appended: readonly Step[]
  rendered: { readonly steps: readonly Step[]; readonly jobs: readonly Job[]; readonly tally: Tally } | null
}

export interface Decision {
  /** Whether the event fits the build; otherwise nothing changes. */
  readonly taken: boolean
  readonly change: Change
  readonly effects: readonly Effect[]
}

/** Begins a decision. */
export function openDraft(live: LiveBuild, context: DecideContext, at: Instant): Draft {
  return {
    live,
    context,
    at,
    header: live.header,
    tally: live.tally,
    current: new Map(),
    jobs: new Map(),
    attempts: new Map(),
    unmet: new Map(),
    effects: [],
    appended: [],
    rendered: null,
  }
}

/** Returns the newest attempt at a slot, as decided so far. */
export function currentJob(draft: Draft, slot: Slot): Job {
  return draft.current.get(slot) ?? jobAt(draft.live, slot)
}

/** Changes the newest attempt at a slot and returns it. */
export function patchJob(draft: Draft, slot: Slot, fields: Partial<Job>): Job {
  const before = currentJob(draft, slot)
  const after = { ...before, ...fields }
  recount(draft, slot, before, after)
  if (draft.attempts.has(after.id)) draft.attempts.set(after.id, after)
  else draft.jobs.set(after.id, after)
  return after
}

/** Replaces the attempt at a slot by a new one. */
export function addAttempt(draft: Draft, slot: Slot, job: Job): void {
  recount(draft, slot, currentJob(draft, slot), job)
  draft.attempts.set(job.id, job)
}

function recount(draft: Draft, slot: Slot, before: Job, after: Job): void {
  draft.current.set(slot, after)
  if (slot !== RENDER) draft.tally = count(count(draft.tally, before, -1), after, 1)
}

/** Ends the decision. Derives the state of the build from its jobs, and its end from its state. */
export function closeDraft(draft: Draft): Decision {
  const tally = draft.rendered?.tally ?? draft.tally
  const render = draft.current.get(RENDER) ?? draft.live.render
  const state = foldTally(tally, { ...draft.header, render })
  const ends = isBuildTerminal(state) && draft.header.finishedAt === null
  if (state !== draft.header.state || ends) {
    draft.header = { ...draft.header, state, ...(ends ? { finishedAt: endOf(draft), deadlineAt: null } : {}) }
  }
  const change: Change = {
    header: draft.header,
    steps: draft.rendered?.steps ?? null,
    appended: draft.appended,
    jobs: [...draft.jobs.values()],
    attempts: [...draft.attempts.values(), ...(draft.rendered?.jobs ?? [])],
    unmet: draft.unmet,
    tally,
  }
  const ended: readonly Effect[] = ends ? [{ type: 'build_ended' }] : []
  return { taken: true, change, effects: [...draft.effects, ...ended, ...groupDue(draft.live.header, draft.header)] }
}

/** Returns an effect for the whole group when a build begins to wait for a place, or ends. */
export function groupDue(before: BuildHeader | null, { group, awaitsPlace, finishedAt }: BuildHeader): Effect[] {
  const asks = awaitsPlace && !before?.awaitsPlace
  const ends = finishedAt !== null && (before?.finishedAt ?? null) === null
  return group !== null && (asks || ends) ? [{ type: 'group_due', key: group.key }] : []
}

/** The job that ended last may be reported before others. */
function endOf(draft: Draft): Instant {
  let end = draft.at
  for (const [slot] of draft.live.jobs.entries()) end = Math.max(end, currentJob(draft, slot).finishedAt ?? 0)
  return end
}
