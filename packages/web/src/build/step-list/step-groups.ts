import { lookOf } from '../../design/state.ts'
import type { JobView } from '../data/job-state.ts'

/** The headings of the step list, in order (web B4). */
export const stepGroups = ['failed', 'running', 'waiting', 'passed', 'skipped', 'other'] as const
export type StepGroup = (typeof stepGroups)[number]

const groups: Readonly<Record<string, StepGroup>> = {
  failed: 'failed',
  timed_out: 'failed',
  timing_out: 'running',
  assigned: 'running',
  running: 'running',
  canceling: 'running',
  pending: 'waiting',
  scheduled: 'waiting',
  passed: 'passed',
  skipped: 'skipped',
  canceled: 'skipped',
}

const titles: Readonly<Record<StepGroup, string>> = {
  failed: 'Failed',
  running: 'Running',
  waiting: 'Waiting',
  passed: 'Passed',
  skipped: 'Skipped or canceled',
  other: 'Other',
}

/** Returns the group of a step; unknown states come last (web X1). */
export function groupOf({ state }: Pick<JobView, 'state'>): StepGroup {
  return groups[state] ?? 'other'
}

/** Returns the heading of a group. */
export function groupTitle(group: StepGroup): string {
  return titles[group]
}

/** Counts the jobs of each visible state, most important first: `2 Failed, 14 Passed`. */
export function countByLook(jobs: readonly JobView[]): readonly { readonly job: JobView; readonly count: number }[] {
  const byWord = Map.groupBy(jobs, (job) => stateLabel(job))
  const order = (job: JobView) => stepGroups.indexOf(groupOf(job))
  return [...byWord.values()]
    .flatMap((same) => (same[0] === undefined ? [] : [{ job: same[0], count: same.length }]))
    .sort((a, b) => order(a.job) - order(b.job))
}

/** Returns the visible state of a job, which distinguishes cached from passed (web B6). */
export function stateLabel({ state, cached, soft_failed }: Pick<JobView, 'state' | 'cached' | 'soft_failed'>): string {
  return lookOf(state, { cached: cached === true, softFailed: soft_failed }).word
}
