/**
 * Computes the required result of a build, whatever is killed meanwhile, without the engine's code.
 */
import type { Step } from './steps.ts'

export interface ExpectedJob {
  readonly key: string
  readonly attempt: number
  readonly state: 'passed' | 'failed' | 'skipped'
  /** Null if no command ran. */
  readonly exitCode: number | null
  readonly isSoft: boolean
  readonly isCached: boolean
}

/**
 * Returns the jobs in the order of steps and attempts. Prerequisites come before their dependents.
 * `givenUp` holds the keys of steps that failed because their sandboxes or their parents' files
 * were lost.
 */
export function expectedJobs(steps: readonly Step[], givenUp: ReadonlySet<string> = new Set()): readonly ExpectedJob[] {
  const ends = new Map<string, ExpectedJob>()
  return steps.flatMap((step) => {
    const jobs = givenUp.has(step.key) ? [lost(step)] : jobsOf(step, ends)
    const last = jobs.at(-1)
    if (last !== undefined) ends.set(step.key, last)
    return jobs
  })
}

/** Whether the step's command is not restarted automatically after a loss of its sandbox. */
export function runsOnce({ hasSecret, group }: Step): boolean {
  return hasSecret === true || group !== undefined
}

function lost({ key, isSoft = false }: Step): ExpectedJob {
  return { key, attempt: 1, state: 'failed', exitCode: null, isSoft, isCached: false }
}

function jobsOf(
  { key, buildsIn, dependsOn = [], exits = [0], isSoft = false, isCached = false }: Step,
  ends: ReadonlyMap<string, ExpectedJob>,
): readonly ExpectedJob[] {
  const goesOn = (name: string) => ends.get(name)?.state === 'passed' || ends.get(name)?.isSoft === true
  const runs = dependsOn.every(goesOn) && (buildsIn === undefined || ends.get(buildsIn)?.state === 'passed')
  const none = { key, attempt: 1, exitCode: null, isSoft: false, isCached: false } as const
  if (!runs) return [{ ...none, state: 'skipped' }]
  if (isCached) return [{ ...none, state: 'passed', isCached: true }]
  const until = exits.indexOf(0)
  const attempts = until === -1 ? exits : exits.slice(0, until + 1)
  return attempts.map((exitCode, index) => ({
    key,
    attempt: index + 1,
    state: exitCode === 0 ? 'passed' : 'failed',
    exitCode,
    // The last attempt decides whether a failure is soft.
    isSoft: isSoft && exitCode !== 0 && index === attempts.length - 1,
    isCached: false,
  }))
}

export function expectedBuild(jobs: readonly ExpectedJob[]): 'passed' | 'failed' {
  const last = new Map(jobs.map((job) => [job.key, job]))
  return [...last.values()].some(({ state, isSoft }) => state === 'failed' && !isSoft) ? 'failed' : 'passed'
}
