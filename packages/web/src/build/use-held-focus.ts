import { type RefObject, useEffect, useRef } from 'react'

/** Gives the focus to the heading when what had it goes away, as a button does whose work is done (web T2). */
export function useHeldFocus(page: RefObject<HTMLElement | null>): void {
  const last = useRef<Element | null>(null)
  useEffect(() => {
    const root = page.current
    const note = ({ target }: FocusEvent) => {
      last.current = target instanceof Element ? target : null
    }
    root?.addEventListener('focusin', note)
    return () => root?.removeEventListener('focusin', note)
  }, [page])
  // After each render: only then can it have gone.
  useEffect(() => {
    if (last.current === null || last.current.isConnected) return
    last.current = null
    if (document.activeElement === document.body) page.current?.querySelector('h1')?.focus({ preventScroll: true })
  })
}
