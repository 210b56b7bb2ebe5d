import { Ban, Bell, Ellipsis, Info, RefreshCw, RotateCcw, SquareTerminal } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from '../design/button.tsx'
import { Menu, MenuItem } from '../design/overlays/menu.tsx'
import type { ActionBarProps } from './action-bar.tsx'
import { CancelQuestion } from './action-bar.tsx'
import { type PhoneAction, phoneActions } from './phone-actions.ts'
import type { StepActionsProps } from './step-pane/step-actions.tsx'

interface PhoneBarProps extends ActionBarProps {
  /** The actions of the step on screen; null if none is shown. */
  readonly stepActions: StepActionsProps | null
}

interface Action {
  readonly label: string
  readonly icon: ReactNode
  readonly refused?: string | null
  readonly run: () => void
}

/** Shows the actions of a narrow screen: one button, and a menu for the others (web T4). */
export function PhoneBar({ stepActions, ...bar }: PhoneBarProps) {
  const { available, actions, onDialog, isEnded, dialog } = bar
  const [first, ...rest] = phoneActions({ available, step: stepActions?.step ?? null, isEnded })
  const all = actionsOf({ ...bar, stepActions })
  const { label, icon, refused = null, run } = all[first]
  return (
    <div className="flex items-center gap-2 border-t border-hairline bg-raised px-2 py-1 md:hidden">
      {dialog === 'cancel' ? (
        <CancelQuestion onYes={actions.cancel} onClose={() => onDialog(null)} />
      ) : (
        <>
          <Button look={first === 'approve' ? 'primary' : 'plain'} refused={refused} onClick={run} className="flex-1">
            {icon} {label}
          </Button>
          {rest.length > 0 && (
            <Menu
              align="end"
              trigger={
                <Button look="quiet" aria-label="More actions">
                  <Ellipsis size={16} aria-hidden="true" />
                </Button>
              }
            >
              {rest.map((id) => (
                <MenuItem key={id} refused={all[id].refused} onSelect={all[id].run}>
                  {all[id].icon} {all[id].label}
                </MenuItem>
              ))}
            </Menu>
          )}
        </>
      )}
    </div>
  )
}

const size = { size: 16, 'aria-hidden': true } as const

function actionsOf({
  available,
  actions,
  notification,
  onDialog,
  stepActions,
}: PhoneBarProps): Record<PhoneAction, Action> {
  const { isCanceling, retry } = actions
  const beingCanceled = isCanceling || available.cancel === 'The build has ended' ? 'It is being canceled' : null
  return {
    approve: { label: 'Approve…', icon: null, run: () => onDialog('approve') },
    cancel: {
      ...{ label: isCanceling ? 'Canceling…' : 'Cancel…', icon: <Ban {...size} /> },
      ...{ refused: beingCanceled ?? available.cancel, run: () => onDialog('cancel') },
    },
    retryStep: {
      ...{ label: 'Retry step', icon: <RotateCcw {...size} /> },
      ...{ refused: available.retryStep, run: () => stepActions?.onRetry() },
    },
    retryFailed: {
      ...{ label: `${available.retryName} (${available.retryable})`, icon: <RotateCcw {...size} /> },
      ...{ refused: available.retryFailed, run: () => retry(null) },
    },
    rebuild: {
      ...{ label: 'Rebuild…', icon: <RefreshCw {...size} /> },
      ...{ refused: available.rebuild, run: () => onDialog('rebuild') },
    },
    notification: {
      ...{ label: notification.isOn ? 'You are told' : 'Tell me', icon: <Bell {...size} /> },
      ...{ refused: notification.refused, run: notification.toggle },
    },
    shell: {
      ...{ label: 'Shell', icon: <SquareTerminal {...size} /> },
      ...{ refused: available.shell, run: () => stepActions?.onShell() },
    },
    details: {
      ...{ label: stepActions?.isOpen === true ? 'Hide details' : 'Details', icon: <Info {...size} /> },
      run: () => stepActions?.onToggle(),
    },
  }
}
