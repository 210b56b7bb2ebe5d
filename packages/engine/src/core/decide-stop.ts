import { endStopped, finish } from './advance.ts'
import { currentJob, type Draft, patchJob } from './draft.ts'
import { RENDER, type Slot, stepAt } from './live-build.ts'
import type { Job } from './model.ts'
import { isBuildTerminal, isHardFailure, isTerminal } from './states.ts'

/**
 * Cancels the build for a person or a newer build. Does nothing for a build that has ended or is
 * being canceled.
 */
export function decideCancel(draft: Draft): boolean {
  if (draft.header.cancelRequested || isBuildTerminal(draft.header.state)) return false
  draft.header = { ...draft.header, cancelRequested: true, deadlineAt: null }
  for (const [slot, job] of unfinished(draft)) {
    if (job.state === 'pending' || job.state === 'scheduled') finish(draft, slot, { state: 'canceled' })
    else stop(draft, slot, { state: 'canceling', errorCode: null, errorMessage: null }, 'cancel')
  }
  return true
}

/** Ends the build because its time is over. */
export function decideBuildDeadline(draft: Draft): boolean {
  const { deadlineAt, timeoutSeconds } = draft.header
  if (deadlineAt === null || deadlineAt > draft.at || isBuildTerminal(draft.header.state)) return false
  const cause = {
    errorCode: 'pipeline_timeout',
    errorMessage: `The build timed out after ${timeoutSeconds} s.`,
  } as const
  draft.header = { ...draft.header, deadlineAt: null, ...cause }
  for (const [slot, job] of unfinished(draft)) {
    if (job.state === 'canceling') continue
    if (job.state === 'timing_out') patchJob(draft, slot, cause)
    else if (job.state === 'pending' || job.state === 'scheduled') finish(draft, slot, { state: 'timed_out', ...cause })
    else stop(draft, slot, { state: 'timing_out', ...cause }, 'timeout')
  }
  return true
}

/** Stops the command because the step's time is over. */
export function decideJobDeadline(draft: Draft, slot: Slot): boolean {
  const job = currentJob(draft, slot)
  if (job.state !== 'running' || job.deadlineAt === null || job.deadlineAt > draft.at) return false
  const errorMessage =
    slot === RENDER
      ? `Rendering timed out after ${draft.context.limits.renderSeconds} s.`
      : `The step timed out after ${stepAt(draft.live, slot).timeoutSeconds} s.`
  stop(draft, slot, { state: 'timing_out', errorCode: 'step_timeout', errorMessage }, 'timeout')
  return true
}

/** Stops running jobs and skips waiting ones after a step has failed for good. */
export function stopRest(draft: Draft): void {
  const failed = draft.live.steps.find((_, slot) => isHardFailure(currentJob(draft, slot)))
  const because = `because ${failed?.name ?? 'another step'} failed`
  for (const [slot] of unfinished(draft)) {
    const { state } = currentJob(draft, slot)
    if (state === 'pending' || state === 'scheduled') {
      finish(draft, slot, { state: 'skipped', skipReason: 'stopped', errorMessage: `Not run ${because}.` })
    } else if (state === 'assigned' || state === 'running') {
      stop(draft, slot, { state: 'canceling', errorCode: null, errorMessage: `Stopped ${because}.` }, 'cancel')
    }
  }
}

/** Ends a job whose runner did not report the end in time. */
export function decideKillOverdue(draft: Draft, slot: Slot): boolean {
  const job = currentJob(draft, slot)
  if (job.killBy === null || job.killBy > draft.at) return false
  endStopped(draft, slot)
  return true
}

/**
 * Makes the runner end the process tree. If the job is already being stopped, keeps the earlier
 * instant.
 */
function stop(
  draft: Draft,
  slot: Slot,
  fields: Pick<Job, 'state' | 'errorCode' | 'errorMessage'>,
  reason: 'cancel' | 'timeout',
): void {
  const { graceMs, killMarginMs } = draft.context.limits
  const before = currentJob(draft, slot)
  const killBy = before.killBy ?? draft.at + graceMs + killMarginMs
  const { id, fence } = patchJob(draft, slot, { ...fields, killBy, deadlineAt: null })
  draft.effects.push({ type: 'stop', job: id, fence, reason })
}

function* unfinished(draft: Draft): Generator<readonly [Slot, Job]> {
  const { render, jobs } = draft.live
  if (render !== null && !isTerminal(render.state)) yield [RENDER, render]
  for (const [slot, job] of jobs.entries()) if (!isTerminal(job.state)) yield [slot, job]
}
