/** Decides whether a failure leaves the build unharmed. */
import type { FailedTests, Job, Step } from './model.ts'

/** Returns whether the step's `soft_fail` allows the failure. */
export function allowsFailure(step: Step, job: Pick<Job, 'state' | 'exitCode' | 'errorCode'>): boolean {
  if (step.softFail === null || job.errorCode === 'pipeline_timeout') return false
  if (step.softFail === true) return true
  return job.state === 'failed' && job.exitCode !== null && step.softFail.includes(job.exitCode)
}

interface RedEnd extends Pick<Job, 'exitCode' | 'errorCode'> {
  readonly signal: string | null
  readonly failedTests: FailedTests | undefined
}

/**
 * Returns the number of failed tests if their quarantine explains the whole failure of a command
 * that exited without being stopped. Returns 0 otherwise, and for steps without `quarantine`.
 */
export function quarantinedFailures(step: Step, { exitCode, errorCode, signal, failedTests }: RedEnd): number {
  if (step.tests?.quarantine !== true || !failedTests?.areWhole) return 0
  const { count, inQuarantine } = failedTests
  const hasExited = exitCode !== null && !isOfSignal(exitCode) && signal === null && errorCode === null
  return hasExited && count === inQuarantine ? count : 0
}

/**
 * Returns whether the code stands for a signal. Shells report a process killed by a signal as 128
 * plus the signal's number.
 */
function isOfSignal(exitCode: number): boolean {
  return exitCode > 128 && exitCode <= 192
}

/** Returns whether a job failed softly because all its failed tests were in quarantine. */
export function failedInQuarantine(step: Step, job: Job): boolean {
  return job.softFailed && !allowsFailure(step, job)
}
