import type { BuildState, Job } from './model.ts'
import { hasBegun, isHardFailure, isTerminal } from './states.ts'

/** State of a build besides the newest attempts of its steps. */
export interface BuildFlags {
  readonly cancelRequested: boolean
  readonly errorCode: string | null
  readonly render: Job | null
}

/** Counts over the newest attempts, which determine the state of the build. */
export interface Tally {
  readonly jobs: number
  readonly unfinished: number
  readonly hardFailures: number
  readonly canceled: number
  readonly begun: number
}

export const emptyTally: Tally = { jobs: 0, unfinished: 0, hardFailures: 0, canceled: 0, begun: 0 }

/** Returns the tally with this job counted in (`sign` 1) or out (-1). */
export function count(tally: Tally, job: Job, sign: 1 | -1): Tally {
  return {
    jobs: tally.jobs + sign,
    unfinished: tally.unfinished + (isTerminal(job.state) ? 0 : sign),
    hardFailures: tally.hardFailures + (isHardFailure(job) ? sign : 0),
    canceled: tally.canceled + (job.state === 'canceled' ? sign : 0),
    begun: tally.begun + (hasBegun(job) ? sign : 0),
  }
}

/** Returns the state of a build from its tally, equal to `foldBuild` over the counted jobs. */
export function foldTally(tally: Tally, flags: BuildFlags): BuildState {
  if (tally.jobs === 0) return foldWithoutSteps(flags)
  if (flags.cancelRequested) return tally.unfinished === 0 ? 'canceled' : 'canceling'
  if (tally.unfinished === 0) {
    if (tally.hardFailures > 0) return 'failed'
    return tally.canceled > 0 ? 'canceled' : 'passed'
  }
  if (tally.hardFailures > 0) return 'failing'
  return tally.begun > 0 ? 'running' : 'scheduled'
}

/**
 * Returns the state of a build from the newest attempt of each step. Defines the state of a build
 * (`engine.md` 1).
 */
export function foldBuild(jobs: readonly Job[], flags: BuildFlags): BuildState {
  if (jobs.length === 0) return foldWithoutSteps(flags)
  const over = jobs.every((job) => isTerminal(job.state))
  if (flags.cancelRequested) return over ? 'canceled' : 'canceling'
  if (jobs.some(isHardFailure)) return over ? 'failed' : 'failing'
  if (over) return jobs.some((job) => job.state === 'canceled') ? 'canceled' : 'passed'
  return jobs.some(hasBegun) ? 'running' : 'scheduled'
}

function foldWithoutSteps({ cancelRequested, errorCode, render }: BuildFlags): BuildState {
  const over = render === null || isTerminal(render.state)
  if (cancelRequested) return over ? 'canceled' : 'canceling'
  return over && errorCode !== null ? 'failed' : 'scheduled'
}
