import { Ban, Bell, RefreshCw, RotateCcw } from 'lucide-react'
import { Button } from '../design/button.tsx'
import { counted } from '../text/count.ts'
import type { Possible } from './data/build-actions.ts'
import type { BuildActions } from './use-build-actions.ts'
import type { TellMe } from './use-notification.ts'

export type Asked = 'cancel' | 'rebuild' | 'approve' | 'shell' | null

export interface ActionBarProps {
  readonly possible: Possible
  readonly actions: BuildActions
  readonly tellMe: TellMe
  readonly asked: Asked
  readonly onAsk: (asked: Asked) => void
  readonly isEnded: boolean
}

/** What can be done with the build (web B9). */
export function ActionBar({ possible, actions, tellMe, asked, onAsk, isEnded }: ActionBarProps) {
  if (asked === 'cancel') return <CancelQuestion onYes={actions.cancel} onClose={() => onAsk(null)} />
  const canApprove = possible.approve === null
  return (
    <div className="flex flex-wrap items-center gap-2">
      {canApprove && (
        <Button look="primary" onClick={() => onAsk('approve')}>
          Approve…
        </Button>
      )}
      {possible.retryable > 0 && (
        <Button
          // Not disabled: what is under the focus would lose it.
          refused={actions.isRetrying ? 'Retrying…' : possible.retryFailed}
          onClick={() => actions.retry(null)}
          title={`Retry ${counted(possible.retryable, 'step')} (R)`}
        >
          <RotateCcw size={16} aria-hidden="true" /> {possible.retryName} ({possible.retryable})
        </Button>
      )}
      <Button refused={possible.rebuild} onClick={() => onAsk('rebuild')} title="Rebuild (b)">
        <RefreshCw size={16} aria-hidden="true" /> Rebuild…
      </Button>
      {possible.tellMe === null && (
        <Button
          look="quiet"
          refused={tellMe.refused}
          aria-pressed={tellMe.isOn}
          onClick={tellMe.toggle}
          title="Notify me when the build ends"
        >
          <Bell size={16} aria-hidden="true" fill={tellMe.isOn ? 'currentColor' : 'none'} />{' '}
          {tellMe.isOn ? 'Notifying' : 'Notify me'}
        </Button>
      )}
      {!isEnded && (
        <Button
          refused={
            actions.isCanceling || possible.cancel === 'The build has ended'
              ? 'The build is being canceled'
              : possible.cancel
          }
          onClick={() => onAsk('cancel')}
          title="Cancel (c)"
        >
          <Ban size={16} aria-hidden="true" /> {actions.isCanceling ? 'Canceling…' : 'Cancel…'}
        </Button>
      )}
    </div>
  )
}

interface CancelQuestionProps {
  readonly onYes: () => void
  readonly onClose: () => void
}

/** Asks in the place of the button: Enter cancels the build, Escape leaves it alone (web B9). */
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
