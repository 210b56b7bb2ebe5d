import type { AvailableActions } from './data/build-actions.ts'
import { hasFailed, type JobView } from './data/job-state.ts'

export type PhoneAction =
  | 'approve'
  | 'retryStep'
  | 'retryFailed'
  | 'cancel'
  | 'rebuild'
  | 'notification'
  | 'shell'
  | 'details'

interface Shown {
  readonly available: AvailableActions
  /** The newest attempt of the step on screen; null if none is shown. */
  readonly step: JobView | null
  readonly isEnded: boolean
}

/** Returns the actions of a narrow screen, most important first: the button, then the menu. */
export function phoneActions({ available, step, isEnded }: Shown): readonly [PhoneAction, ...PhoneAction[]] {
  // The rendering job has no key, and a rebuild renders again.
  const isStep = step?.step_key != null
  const canRetryStep = isStep && !available.retryIsRebuild && (step.retry.allowed || hasFailed(step))
  const before = [
    available.approve === null && 'approve',
    canRetryStep && hasFailed(step) && 'retryStep',
    !isEnded && 'cancel',
    available.retryable > 0 && 'retryFailed',
  ]
  const after = [
    canRetryStep && !hasFailed(step) && 'retryStep',
    available.notification === null && 'notification',
    step?.shell != null && 'shell',
    step !== null && 'details',
  ]
  const offered = [...before, 'rebuild', ...after].filter((action): action is PhoneAction => action !== false)
  const [first = 'rebuild', ...rest] = offered
  return [first, ...rest]
}
