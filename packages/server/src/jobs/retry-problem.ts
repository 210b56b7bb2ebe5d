import { type Build, isTerminal, type Job } from '@harmont/engine'

/** So long the engine keeps what an ended build left. */
const keptMs = 24 * 3600 * 1000

/** Why the newest attempt of a step cannot be tried again, as the end of a sentence; null when nothing about it is against it. */
export function retryProblem(build: Build, { state, step }: Job, now: number): string | null {
  if (build.state === 'canceling') return 'its build is being canceled'
  if (!isTerminal(state)) return `it is \`${state}\` and has not ended`
  if (state !== 'failed' && state !== 'timed_out' && state !== 'canceled') return `it is \`${state}\``
  const parent = step === null ? null : (build.steps[step]?.buildsIn ?? null)
  const isForgotten = build.finishedAt !== null && build.finishedAt + keptMs < now
  if (parent !== null && isForgotten && build.jobs[parent]?.state === 'passed')
    return 'the file system that it starts from is kept for a day only; rebuild instead'
  return null
}
