import { Button } from './button.tsx'

interface FormButtonsProps {
  /** Names the effect of submitting the form. */
  readonly does: string
  readonly isBusy: boolean
  readonly onClose: () => void
  /** Why the form cannot be submitted yet. */
  readonly refused?: string | null
}

/**
 * The buttons at the end of a form in a dialog. The submit button keeps the focus while it is busy.
 */
export function FormButtons({ does, isBusy, onClose, refused = null }: FormButtonsProps) {
  return (
    <div className="flex flex-wrap justify-end gap-2">
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="primary" aria-disabled={isBusy} refused={refused}>
        {isBusy ? 'Working…' : does}
      </Button>
    </div>
  )
}
