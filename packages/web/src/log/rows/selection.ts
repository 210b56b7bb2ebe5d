import { useEffect } from 'react'
import type { TextPlace } from '../terminal/copy.ts'
import type { LogWindow } from './log-window.ts'
import type { RowModel } from './row-model.ts'

/** A selection in the log, from the earlier to the later position. */
interface Selected {
  readonly from: TextPlace
  readonly to: TextPlace
}

/** Returns the selection in the log; null if there is none, or it extends beyond the log. */
export function readSelection(): Selected | null {
  const selection = getSelection()
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null
  const range = selection.getRangeAt(0)
  const [from, to] = [placeOf(range.startContainer, range.startOffset), placeOf(range.endContainer, range.endOffset)]
  return from === null || to === null ? null : { from, to }
}

/** Converts a position on the page to one in the log's text, clamped to the line. */
function placeOf(node: Node, offset: number): TextPlace | null {
  const line = lineOfNode(node)
  if (line === null) return null
  const text = document.querySelector(`#log [data-text="${line}"]`)
  if (text === null) return { line, offset: 0 }
  const before = document.createRange()
  before.selectNodeContents(text)
  if (before.comparePoint(node, offset) < 0) return { line, offset: 0 }
  if (before.comparePoint(node, offset) === 0) before.setEnd(node, offset)
  return { line, offset: before.toString().length }
}

/** Keeps the start of a selection mounted while the view scrolls away (web L18). */
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

/** Returns the line whose row contains a node; null if there is none. */
function lineOfNode(node: Node | null): number | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null)
  const row = element?.closest<HTMLElement>('#log [data-line]')
  return row?.dataset.line === undefined ? null : Number(row.dataset.line)
}
