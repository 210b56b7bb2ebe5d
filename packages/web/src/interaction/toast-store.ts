import { hold } from '../browser/store.ts'

export interface Toast {
  readonly id: number
  readonly text: string
  /** Failures stay until they are put away. */
  readonly isProblem: boolean
}

const toasts = hold<readonly Toast[]>([])
let nextId = 1
const shownMs = 6000

/** Says what has just happened, in a corner of the page and to screen readers. */
export function toast(text: string, { isProblem = false } = {}): void {
  const made = { id: nextId++, text, isProblem }
  toasts.change([...toasts.current(), made].slice(-4))
  if (!isProblem) setTimeout(() => dismissToast(made.id), shownMs)
}

/** Puts one away. */
export function dismissToast(id: number): void {
  toasts.change(toasts.current().filter((one) => one.id !== id))
}

/** Those that are shown. */
export function useToasts(): readonly Toast[] {
  return toasts.use()
}
