import { endJob, finish, unmetAt } from './advance.ts'
import { currentJob, type Draft } from './draft.ts'
import { type LiveBuild, RENDER, type Slot } from './live-build.ts'
import type { BuildEvent, Instant, Job } from './model.ts'
import { isBuildTerminal, isHeld, isTerminal } from './states.ts'

const hourMs = 3_600_000

/** The newest instant that anything of the build is about; one that is to come, where a job waits for its time. */
export function lastChange({ header, jobs, render }: LiveBuild): Instant {
  let last = header.createdAt
  for (const job of render === null ? jobs : [...jobs, render]) {
    const { createdAt, scheduledAt, assignedAt, finishedAt, notBefore } = job
    last = Math.max(last, createdAt, scheduledAt ?? 0, assignedAt ?? 0, finishedAt ?? 0, notBefore ?? 0)
  }
  return last
}

/**
 * Whether nothing of the build has changed since an instant, nor is being done. One that waits for approval has a time of its own, and one that waits for a
 * place in its group goes on when a build that has one ends, or is given up.
 */
export function standsStill(live: LiveBuild, since: Instant): boolean {
  const { state, held, awaitsPlace } = live.header
  if (isBuildTerminal(state) || held || awaitsPlace) return false
  const all = live.render === null ? live.jobs : [...live.jobs, live.render]
  return lastChange(live) <= since && !all.some((job) => isHeld(job.state))
}

/** The build is given up: what is ready fails, whatever its step says of failures, and what waits for that is skipped. */
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

/** Of a step that may go on only because one was given up that need not have passed. */
const followed = 'A job that it waited for was abandoned.'
const unnoticed = 'Everything it needs had finished, but it was never started.'

/** A job that waits for no other, looked for from a slot on and round to it; undefined when there is none. */
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
