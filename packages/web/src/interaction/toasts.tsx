/**
 * Our own toasts replace sonner, which adds a style element without a nonce. The content security
 * policy refuses such an element, and sonner makes the build page 9.4 kB heavier (236.2 to 245.6 of
 * 250 kB).
 */
import { X } from 'lucide-react'
import { problemOf } from '../api/problem.ts'
import { createStore } from '../browser/store.ts'

interface Toast {
  readonly id: number
  readonly text: string
  /** Failures stay until they are dismissed. */
  readonly isProblem: boolean
}

const toasts = createStore<readonly Toast[]>([])
let nextId = 1
const shownMs = 6000

/** Shows a message in the corner of the page, and to screen readers. */
export function toast(text: string, { isProblem = false } = {}): void {
  const made = { id: nextId++, text, isProblem }
  toasts.set([...toasts.get(), made].slice(-4))
  if (!isProblem) setTimeout(() => dismissToast(made.id), shownMs)
}

/** Dismisses a toast. */
function dismissToast(id: number): void {
  toasts.set(toasts.get().filter((one) => one.id !== id))
}

function useToasts(): readonly Toast[] {
  return toasts.use()
}

/** Shows the toasts in the corner. */
export function Toasts() {
  return (
    <div role="status" className="pointer-events-none fixed right-4 bottom-4 z-50 flex flex-col gap-2">
      {useToasts().map(({ id, text, isProblem }) => (
        <div
          key={id}
          className={`pointer-events-auto flex max-w-100 items-start gap-2 rounded-surface border bg-raised px-3 py-2 shadow-overlay ${isProblem ? 'border-fail' : 'border-hairline'}`}
        >
          <p className="isolated flex-1">{text}</p>
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

/** Shows a message when an action has succeeded, or why it failed. */
export function toastDone(doing: Promise<unknown>, message: string): void {
  toastFailure(doing.then(() => toast(message)))
}

/** Reports the failure of an action without its own place for errors. */
export function toastFailure(doing: Promise<unknown>): void {
  doing.catch((error: unknown) => toast(problemOf(error).message, { isProblem: true }))
}
