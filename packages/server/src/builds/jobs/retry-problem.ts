import { type Build, isTerminal, type Job, judge } from '@harmont/engine'
import { sortedPrerequisites } from './order-steps.ts'

const dayMs = 24 * 3600 * 1000

/**
 * Returns the time until which the file systems of a build are kept (`engine.md` 6); null while it
 * runs.
 */
export function filesKeptUntil({ finishedAt }: Pick<Build, 'finishedAt'>): number | null {
  return finishedAt === null ? null : finishedAt + dayMs
}

export function areFilesGone(build: Pick<Build, 'finishedAt'>, now: number): boolean {
  return (filesKeptUntil(build) ?? now) < now
}

/**
 * Returns the reason why the newest attempt of a step cannot be retried, as the end of a sentence;
 * null when nothing about the attempt prevents a retry.
 */
export function retryProblem(build: Build, { state, step }: Job, now: number): string | null {
  if (build.state === 'canceling') return 'its build is being canceled'
  if (!isTerminal(state)) return `it is \`${state}\` and has not ended`
  if (state !== 'failed' && state !== 'timed_out' && state !== 'canceled') return `it is \`${state}\``
  const planned = step === null ? undefined : build.steps[step]
  const hasPassed = (from: number) => build.jobs[from]?.state === 'passed'
  if (planned === undefined || !areFilesGone(build, now)) return null
  if (planned.buildsIn !== null && hasPassed(planned.buildsIn))
    return 'the file system that it starts from was kept for one day only; rebuild instead'
  if (planned.inputs?.some(({ from }) => hasPassed(from)))
    return 'the files that it takes from other steps were kept for one day only; rebuild instead'
  return null
}

/**
 * Returns the reason why a step cannot be retried alone, as the end of a sentence; null when no
 * prerequisite has failed. The step can be retried together with its prerequisites.
 */
export function prerequisiteProblem({ steps, jobs }: Build, { step: index }: Job): string | null {
  const step = index === null ? undefined : steps[index]
  if (index === null || step === undefined) return null
  const failed = sortedPrerequisites(steps, index).find((from) => {
    const job = jobs[from]
    return job !== undefined && judge(step, from, job) === 'failed'
  })
  const name = failed === undefined ? undefined : steps[failed]?.name
  return name === undefined ? null : `\`${name}\`, which it needs, has not passed; retry that first, or both`
}
