import { RotateCcw, SquareTerminal } from 'lucide-react'
import { Button } from '../../design/button.tsx'
import type { AvailableActions } from '../data/build-actions.ts'
import { hasFailed, type JobView } from '../data/job-state.ts'

export interface StepActionsProps {
  /** The newest attempt of the step. */
  readonly step: JobView
  readonly available: AvailableActions
  readonly isRetrying: boolean
  readonly onRetry: () => void
  readonly onShell: () => void
  /** Whether the details are open. */
  readonly isOpen: boolean
  readonly onToggle: () => void
}

/** Shows the available actions of the selected step (web B9). */
export function StepActions({ step, available, isRetrying, onRetry, onShell, isOpen, onToggle }: StepActionsProps) {
  const { retryIsRebuild, retryStep, shell } = available
  // Only a rebuild repeats rendering, and its button is above.
  const isStep = step.step_key != null
  const canBeTried = isStep && (step.retry.allowed || retryIsRebuild || hasFailed(step))
  return (
    <span className="flex items-center gap-1 max-md:gap-2">
      <Button look="quiet" aria-expanded={isOpen} onClick={onToggle}>
        Details
      </Button>
      {step.shell !== null && (
        <Button look="quiet" refused={shell} onClick={onShell} title="Open a shell (s)">
          <SquareTerminal size={16} aria-hidden="true" /> Shell
        </Button>
      )}
      {canBeTried && (
        <Button
          refused={isRetrying ? 'Retrying…' : retryIsRebuild ? null : retryStep}
          onClick={onRetry}
          title={retryIsRebuild ? (retryStep ?? '') : 'Retry this step (r)'}
        >
          <RotateCcw size={16} aria-hidden="true" /> {retryIsRebuild ? 'Rebuild…' : 'Retry step'}
        </Button>
      )}
    </span>
  )
}
