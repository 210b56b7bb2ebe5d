import { X } from 'lucide-react'
import { dismissToast, useToasts } from './toast-store.ts'

/** What has just happened, in the corner. */
export function Toasts() {
  return (
    <div role="status" className="pointer-events-none fixed right-4 bottom-4 z-50 flex flex-col gap-2">
      {useToasts().map(({ id, text, isProblem }) => (
        <div
          key={id}
          className={`pointer-events-auto flex max-w-100 items-start gap-2 rounded-surface border bg-raised px-3 py-2 shadow-overlay ${isProblem ? 'border-fail' : 'border-hairline'}`}
        >
          <p className="foreign flex-1">{text}</p>
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => dismissToast(id)}
            className="rounded-small p-1 hover:bg-sunk"
          >
            <X size={16} aria-hidden="true" />
          </button>
        </div>
      ))}
    </div>
  )
}
