/** What a step's author wants done about a failure. */
import type { Job, Step } from './model.ts'

/** A job that has just failed or timed out, with the signal that ended its command when one did. */
export interface Failure {
  readonly job: Job
  readonly signal: string | null
}

/** Whether the failure leaves the build unharmed (`soft_fail`). */
export function isSoft(step: Step, { job }: Failure): boolean {
  if (step.softFail === null || job.errorCode === 'pipeline_timeout') return false
  if (step.softFail === true) return true
  return job.state === 'failed' && job.exitCode !== null && step.softFail.includes(job.exitCode)
}

/** Whether the step's `retry` gives it another attempt. */
export function wantsRetry(step: Step, { job, signal }: Failure): boolean {
  const { retry } = step
  if (retry === null || job.attempt > retry.limit || job.errorCode === 'pipeline_timeout') return false
  if (!retry.exitCodes && !retry.signals && !retry.reasons) return true
  return (
    // How a command that ran out of time ended when it was told to is no verdict of its own.
    (job.state === 'failed' && matchesExitCode(retry.exitCodes ?? [], job.exitCode)) ||
    (signal !== null && (retry.signals ?? []).includes(signal)) ||
    (job.errorCode !== null && (retry.reasons ?? []).includes(job.errorCode))
  )
}

function matchesExitCode(wanted: readonly number[] | '*', exitCode: number | null): boolean {
  if (exitCode === null) return false
  return wanted === '*' ? exitCode !== 0 : wanted.includes(exitCode)
}
