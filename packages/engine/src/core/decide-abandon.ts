import { endJob, finish, unmetAt } from './advance.ts'
import { currentJob, type Draft } from './draft.ts'
import { type LiveBuild, RENDER, type Slot } from './live-build.ts'
import type { BuildEvent, Instant, Job } from './model.ts'
import { isBuildTerminal, isHeld, isTerminal } from './states.ts'

const hourMs = 3_600_000

/**
 * Returns the instant of the build's newest change. The instant lies in the future while a job
 * waits for a retry delay.
 */
function lastChange({ header, jobs, render }: LiveBuild): Instant {
  let last = header.createdAt
  for (const job of render === null ? jobs : [...jobs, render]) {
    const { createdAt, scheduledAt, assignedAt, finishedAt, notBefore } = job
    last = Math.max(last, createdAt, scheduledAt ?? 0, assignedAt ?? 0, finishedAt ?? 0, notBefore ?? 0)
  }
  return last
}

/**
 * Returns whether the build stands still: nothing has changed since an instant, and nothing runs.
 * Excludes a build that waits for approval, which has its own deadline. Excludes a build that waits
 * for a place in its group, which continues when another build of the group ends.
 */
export function standsStill(live: LiveBuild, since: Instant): boolean {
  const { state, held, awaitsPlace } = live.header
  if (isBuildTerminal(state) || held || awaitsPlace) return false
  const all = live.render === null ? live.jobs : [...live.jobs, live.render]
  return lastChange(live) <= since && !all.some((job) => isHeld(job.state))
}

/**
 * Abandons the build: ready jobs fail even if their steps allow failures, and their dependents are
 * skipped.
 */
export function decideAbandon(
  draft: Draft,
  { since, reasons }: Extract<BuildEvent, { readonly type: 'abandon' }>,
): boolean {
  if (!standsStill(draft.live, since)) return false
  const hours = Math.floor((draft.at - lastChange(draft.live)) / hourMs)
  const why = (reason: string) =>
    `Abandoned after ${hours} ${hours === 1 ? 'hour' : 'hours'} without progress. ${reason}`
  const endOf = (job: Job) => {
    const reason = job.state === 'pending' ? unnoticed : (reasons[job.id] ?? followed)
    return { state: 'failed', errorCode: 'build_abandoned', errorMessage: why(reason) } as const
  }
  const { errorCode, errorMessage } = draft.header
  let first: string | null = null
  for (let slot = nextReady(draft, 0); slot !== undefined; slot = nextReady(draft, slot)) {
    const end = endOf(currentJob(draft, slot))
    first ??= end.errorMessage
    if (slot === RENDER) finish(draft, slot, end)
    else endJob(draft, slot, end)
  }
  draft.header = {
    ...draft.header,
    errorCode: errorCode ?? 'build_abandoned',
    errorMessage: errorMessage ?? first,
  }
  return true
}

/**
 * Reason for a step that became ready only because it does not require its abandoned prerequisite
 * to pass.
 */
const followed = 'A job that it waited for was abandoned.'
const unnoticed = 'All of its prerequisites had finished, but it was never started.'

/**
 * Returns the next job without open prerequisites, searching from a slot and wrapping around;
 * undefined when there is none.
 */
function nextReady(draft: Draft, from: Slot): Slot | undefined {
  const { render, jobs } = draft.live
  if (render !== null && !isTerminal(currentJob(draft, RENDER).state)) return RENDER
  for (let turn = 0; turn < jobs.length; turn++) {
    const slot = (Math.max(0, from) + turn) % jobs.length
    const { state } = currentJob(draft, slot)
    if (state === 'scheduled' || (state === 'pending' && unmetAt(draft, slot) === 0)) return slot
  }
  return undefined
}
