import { type BuildView, hasFailed, isBuildEnded, type JobView } from './job-state.ts'

/**
 * The actions that a build and its selected step allow (web B9). A text explains why an action is
 * unavailable.
 */
export interface AvailableActions {
  readonly retryStep: string | null
  /** Whether the step's parent is gone, so that only a rebuild is possible. */
  readonly retryIsRebuild: boolean
  /** The number of steps that "Retry failed" runs again. */
  readonly retryable: number
  readonly retryFailed: string | null
  /** The name of the retry: without failures it retries canceled steps. */
  readonly retryName: 'Retry failed' | 'Retry canceled'
  readonly rebuild: string | null
  readonly approve: string | null
  readonly cancel: string | null
  readonly shell: string | null
  readonly notification: string | null
}

const cancelable = new Set(['scheduled', 'running', 'failing'])
const notAllowed = 'You are not allowed to start builds'

/** `mayBuild`: the person's permission. `job`: the newest attempt of the selected step. */
export function availableActions(view: BuildView, job: JobView | null, mayBuild: boolean): AvailableActions {
  const { build, jobs, pipeline } = view
  const gate = mayBuild ? null : notAllowed
  const archived = pipeline.archived_at ? 'The pipeline is archived' : null
  // A step that cannot be retried alone can be retried together with its prerequisites.
  const canBegin = jobs.some(({ retry }) => retry.allowed)
  const retryable = canBegin ? jobs.filter((one) => isTriedAgain(one) && !isGone(one)).length : 0
  return {
    retryStep: gate ?? archived ?? retryProblem(job),
    retryIsRebuild: job !== null && isTriedAgain(job) && isGone(job) && isBuildEnded(build),
    retryable,
    retryFailed: gate ?? archived ?? (retryable === 0 ? 'No step failed, timed out or was canceled' : null),
    retryName: jobs.some(hasFailed) ? 'Retry failed' : 'Retry canceled',
    rebuild: gate ?? archived,
    approve: build.wait_reason === 'approval' ? gate : 'The build is not waiting for approval',
    cancel: cancelable.has(build.state) ? gate : 'The build has ended',
    shell: job === null ? 'No step is selected' : shellProblem(job),
    notification: isBuildEnded(build) ? 'The build has ended' : null,
  }
}

function retryProblem(job: JobView | null): string | null {
  if (job === null) return 'No step is selected'
  if (job.retry.allowed) return null
  return job.retry.reason ? `This step cannot be retried: ${job.retry.reason}` : 'This step cannot be retried'
}

function isTriedAgain(job: JobView): boolean {
  return hasFailed(job) || job.state === 'canceled'
}

/** Whether the step's parent snapshot is gone. The server states the reason only as text. */
function isGone({ retry }: JobView): boolean {
  return !retry.allowed && /\brebuild\b/.test(retry.reason ?? '')
}

function shellProblem({ shell }: JobView): string | null {
  if (shell === null) return 'The step has not ended'
  return shell.available || shell.before_command !== null ? null : (shell.reason ?? 'Its file system was not kept')
}
