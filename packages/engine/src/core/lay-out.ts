import type { Plan } from '@harmont/ir'
import { isHeldBack, scheduleReady, skipByConditions } from './advance.ts'
import { closeDraft, type DecideContext, openDraft } from './draft.ts'
import type { Tally } from './fold-build.ts'
import { type BuildHeader, evolve, liveBuild } from './live-build.ts'
import type { Effect, Instant, Job, Step } from './model.ts'
import { newJob } from './new-job.ts'
import { isTerminal } from './states.ts'

export interface LaidOut {
  readonly steps: readonly Step[]
  readonly jobs: readonly Job[]
  readonly tally: Tally
  /** Ends of skipped jobs and readiness of the first jobs, in the order of the steps. */
  readonly effects: readonly Effect[]
}

/**
 * Makes the first attempt of every step of a plan. Skips jobs with false conditions, with the
 * consequences for their dependents, and schedules jobs without open prerequisites. `conditions` contains the result of each
 * step's condition.
 */
export function layOut(
  header: BuildHeader,
  plan: Plan,
  conditions: readonly boolean[],
  context: DecideContext,
  at: Instant,
): LaidOut {
  if (conditions.length !== plan.steps.length) {
    throw new RangeError(`expected ${plan.steps.length} condition results, got ${conditions.length}`)
  }
  const steps = plan.steps.map((step, index): Step => ({ ...step, conditionHolds: conditions[index] === true }))
  const jobs = steps.map((_, index) => newJob(context.newId(), index, at))
  const live = liveBuild({ ...header, steps, jobs, render: null })
  const draft = openDraft(live, context, at)
  skipByConditions(draft, 0)
  scheduleReady(draft)
  evolve(live, closeDraft(draft).change)
  return { steps, jobs: live.jobs, tally: live.tally, effects: live.jobs.flatMap(firstEffect) }
}

/**
 * Returns the deadline of a build whose time begins at `at`; null without a limit, and while the
 * build is held back.
 */
export function deadlineFrom(header: BuildHeader, at: Instant): Instant | null {
  return isHeldBack(header) || header.timeoutSeconds === null ? null : at + header.timeoutSeconds * 1000
}

function firstEffect(job: Job): Effect[] {
  if (job.state === 'scheduled') return [{ type: 'ready', job: job.id, notBefore: null }]
  return isTerminal(job.state) ? [{ type: 'job_ended', job: job.id }] : []
}
