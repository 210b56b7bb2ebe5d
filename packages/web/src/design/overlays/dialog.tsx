import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { type ReactNode, useRef } from 'react'

interface DialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  readonly children: ReactNode
  /** Buttons at the bottom. */
  readonly actions?: ReactNode
  /** Makes room for tables and commands. */
  readonly wide?: boolean
  /** Hides the page completely. */
  readonly covering?: boolean
  /** Hides title and close button, for a dialog that starts with a field. */
  readonly bare?: boolean
  /** Prevents closing the dialog. */
  readonly lasting?: boolean
}

/** A dialog that Escape or a click outside closes; its opener gets the focus back (web T2). */
export function Dialog({ open, onClose, title, children, actions, ...how }: DialogProps) {
  const { wide = false, covering = false, bare = false, lasting = false } = how
  const opener = useRef<Element | null>(null)
  return (
    <Radix.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={`fixed inset-0 z-40 ${covering ? 'bg-ground' : 'bg-scrim'}`} />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement
          }}
          onCloseAutoFocus={(event) => {
            // Radix tracks only its own openers.
            event.preventDefault()
            giveFocusBack(opener.current)
          }}
          className={`fixed top-[10vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-16px)] -translate-x-1/2 flex-col rounded-surface border border-hairline bg-raised shadow-overlay ${wide ? 'max-w-180' : 'max-w-120'}`}
        >
          <Radix.Title className={bare ? 'sr-only' : 'py-5 pr-14 pb-2 pl-6 text-20 font-semibold'}>{title}</Radix.Title>
          <div className="min-h-0 overflow-y-auto px-6 py-2">{children}</div>
          {actions !== undefined && <div className="flex flex-wrap justify-end gap-2 px-6 pt-3 pb-5">{actions}</div>}
          {!bare && !lasting && (
            // Comes last, so that the focus starts at the content.
            <Radix.Close
              aria-label="Close"
              className="absolute top-3 right-3 inline-flex size-8 items-center justify-center rounded-small text-muted hover:bg-sunk hover:text-text pointer-coarse:size-11"
            >
              <X size={16} aria-hidden="true" />
            </Radix.Close>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

/**
 * Returns the focus to the opener or, if the opener is gone like a menu item, to the page's
 * heading.
 */
function giveFocusBack(opener: Element | null): void {
  // Runs after the dialog is gone. A key pressed in the meantime may have moved the focus
  // elsewhere.
  if (document.activeElement !== null && document.activeElement !== document.body) return
  const isThere = opener instanceof HTMLElement && opener.isConnected && opener !== document.body
  const place = isThere ? opener : document.querySelector<HTMLElement>('main h1')
  place?.focus({ preventScroll: true })
}
