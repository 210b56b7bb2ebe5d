import { type MouseEvent, useRef } from 'react'
import { rangeAfterClick } from './data/permalink.ts'
import type { LogViewState } from './use-log-view.ts'

/** Clicks in the rows, all of which come through one listener: numbers mark, titles fold, notes open. */
export function useRowClicks({ data, marked, mark, folds, toggleSetup, toggleOpened }: LogViewState) {
  const anchor = useRef<number | null>(null)
  return (event: MouseEvent<HTMLElement>) => {
    if (!(event.target instanceof Element)) return
    const clicked = event.target.closest<HTMLElement>(
      '[data-number], [data-fold], [data-setup], [data-updates], [data-more]',
    )
    const { number, fold, setup, updates, more } = clicked?.dataset ?? {}
    if (number !== undefined) {
      // With these keys a link opens elsewhere.
      if (event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      const line = Number(number)
      mark(rangeAfterClick(anchor.current ?? marked?.from ?? null, line, event.shiftKey))
      if (!event.shiftKey) anchor.current = line
    } else if (fold !== undefined) folds.set(Number(fold), !folds.folded.has(Number(fold)))
    else if (setup !== undefined) toggleSetup()
    else if (updates !== undefined) toggleOpened(Number(updates))
    else if (more !== undefined) data.openLine(Number(more))
  }
}
