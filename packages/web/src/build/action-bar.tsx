import { Ban, Bell, RefreshCw, RotateCcw } from 'lucide-react'
import { Button } from '../design/button.tsx'
import { counted } from '../text/count.ts'
import type { AvailableActions } from './data/build-actions.ts'
import type { BuildActions } from './use-build-actions.ts'
import type { BuildNotification } from './use-notification.ts'

export type BuildDialog = 'cancel' | 'rebuild' | 'approve' | 'shell' | null

export interface ActionBarProps {
  readonly available: AvailableActions
  readonly actions: BuildActions
  readonly notification: BuildNotification
  readonly dialog: BuildDialog
  readonly onDialog: (dialog: BuildDialog) => void
  readonly isEnded: boolean
}

/** Shows the available actions of a build (web B9). */
export function ActionBar({ available, actions, notification, dialog, onDialog, isEnded }: ActionBarProps) {
  if (dialog === 'cancel') return <CancelQuestion onYes={actions.cancel} onClose={() => onDialog(null)} />
  const canApprove = available.approve === null
  return (
    <div className="flex flex-wrap items-center gap-2">
      {canApprove && (
        <Button look="primary" onClick={() => onDialog('approve')}>
          Approve…
        </Button>
      )}
      {available.retryable > 0 && (
        <Button
          // A disabled button would lose the focus.
          refused={actions.isRetrying ? 'Retrying…' : available.retryFailed}
          onClick={() => actions.retry(null)}
          title={`Retry ${counted(available.retryable, 'step')} (R)`}
        >
          <RotateCcw size={16} aria-hidden="true" /> {available.retryName} ({available.retryable})
        </Button>
      )}
      <Button refused={available.rebuild} onClick={() => onDialog('rebuild')} title="Rebuild (b)">
        <RefreshCw size={16} aria-hidden="true" /> Rebuild…
      </Button>
      {available.notification === null && <NotifyButton notification={notification} />}
      {!isEnded && (
        <Button
          refused={
            actions.isCanceling || available.cancel === 'The build has ended'
              ? 'The build is being canceled'
              : available.cancel
          }
          onClick={() => onDialog('cancel')}
          title="Cancel (c)"
        >
          <Ban size={16} aria-hidden="true" /> {actions.isCanceling ? 'Canceling…' : 'Cancel…'}
        </Button>
      )}
    </div>
  )
}

function NotifyButton({ notification }: Pick<ActionBarProps, 'notification'>) {
  return (
    <Button
      look="quiet"
      refused={notification.refused}
      aria-pressed={notification.isOn}
      onClick={notification.toggle}
      title="Notify me when the build ends"
    >
      <Bell size={16} aria-hidden="true" fill={notification.isOn ? 'currentColor' : 'none'} />{' '}
      {notification.isOn ? 'Notifying' : 'Notify me'}
    </Button>
  )
}

interface CancelQuestionProps {
  readonly onYes: () => void
  readonly onClose: () => void
}

/**
 * Replaces the button with a question: Enter cancels the build, Escape closes the question (web
 * B9).
 */
export function CancelQuestion({ onYes, onClose }: CancelQuestionProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row in all browsers
    <div
      role="group"
      aria-label="Cancel this build?"
      className="flex flex-wrap items-center gap-2"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        event.stopPropagation()
        onClose()
      }}
    >
      <span className="font-semibold">Cancel this build?</span>
      <Button
        look="danger"
        autoFocus
        onClick={() => {
          onYes()
          onClose()
        }}
      >
        Cancel the build
      </Button>
      <Button onClick={onClose}>Keep running</Button>
    </div>
  )
}
