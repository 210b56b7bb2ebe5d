import { useEffect } from 'react'
import type { LogWindow } from './log-window.ts'
import type { RowModel } from './row-model.ts'

/** Where a selection begins stays mounted, so that it is still there after scrolling away from it (web L18). */
export function useSelectionPin(window: LogWindow, model: RowModel): void {
  useEffect(() => {
    const onSelect = () => {
      const selection = getSelection()
      const line = selection === null || selection.isCollapsed ? null : lineOfNode(selection.anchorNode)
      window.pin(line === null ? null : model.rowOf(line))
    }
    document.addEventListener('selectionchange', onSelect)
    return () => document.removeEventListener('selectionchange', onSelect)
  }, [window, model])
}

/** The line in whose row a node of the page is; null where it is in none. */
export function lineOfNode(node: Node | null): number | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null)
  const row = element?.closest<HTMLElement>('#log [data-line]')
  return row?.dataset.line === undefined ? null : Number(row.dataset.line)
}
