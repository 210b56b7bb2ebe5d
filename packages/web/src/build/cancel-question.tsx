import { Button } from '../design/button.tsx'

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
