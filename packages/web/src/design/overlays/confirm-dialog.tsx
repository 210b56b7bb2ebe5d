import { type ReactNode, useState } from 'react'
import { useSubmit } from '../../api/use-submit.ts'
import { Button } from '../button.tsx'
import { Field } from '../field.tsx'
import { ProblemText } from '../problems.tsx'
import { Dialog } from './dialog.tsx'

interface ConfirmDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  /** The question, with the name of the affected object. */
  readonly title: string
  /** Lists the things that are deleted, stop working or stay. */
  readonly children: ReactNode
  /** The verb and object: `Remove Ada`. */
  readonly confirm: string
  /** Runs the change. If it rejects, the dialog stays open and shows the failure. */
  readonly onConfirm: () => Promise<unknown>
  /** A text that the person must type before confirming (web S7). */
  readonly typed?: string
  readonly look?: 'danger' | 'primary'
}

/** Asks before an irreversible change. Enter confirms, Escape cancels. */
export function ConfirmDialog({ open, onClose, typed, ...rest }: ConfirmDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title={rest.title}>
      <Question onClose={onClose} {...(typed === undefined ? {} : { typed })} {...rest} />
    </Dialog>
  )
}

/** A child of the dialog, so that its state is new each time. */
function Question({ onClose, children, confirm, onConfirm, typed, look = 'danger' }: Omit<ConfirmDialogProps, 'open'>) {
  const [entered, setEntered] = useState('')
  const isReady = typed === undefined || entered.trim() === typed
  const { submit, isBusy, problem } = useSubmit(async () => {
    await onConfirm()
    onClose()
  }, isReady)
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 pb-3">
      <div className="flex flex-col gap-2">{children}</div>
      {typed !== undefined && (
        <Field
          label={`Type ${typed} to confirm`}
          value={entered}
          onChange={(event) => setEntered(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          autoCapitalize="off"
        />
      )}
      {problem !== null && <ProblemText problem={problem} />}
      <div className="flex flex-wrap justify-end gap-2 pt-1">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          look={look}
          // The confirm button has the focus, or the field if a name must be typed.
          autoFocus={typed === undefined}
          refused={isReady ? null : `Type ${typed ?? ''} first`}
          disabled={isBusy}
        >
          {isBusy ? 'Working…' : confirm}
        </Button>
      </div>
    </form>
  )
}
