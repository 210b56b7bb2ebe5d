import { useCallback, useEffect, useReducer, useRef } from 'react'
import { type Follow, followAfter } from './follow.ts'
import type { LogWindow } from './log-window.ts'

export interface Following extends Follow {
  /** Goes to the end and stays there, or lets go. */
  set(isOn: boolean): void
}

/** Whether the end of the log is kept in view (web L14). */
export function useFollow(
  isOnAtFirst: boolean,
  totalLines: number,
): Following & { readonly watch: (window: LogWindow) => void } {
  const [follow, tell] = useReducer(followAfter, { isOn: isOnAtFirst, missed: 0 })
  const known = useRef(totalLines)
  useEffect(() => {
    const lines = totalLines - known.current
    known.current = totalLines
    if (lines > 0) tell({ kind: 'grew', lines })
  }, [totalLines])
  useEffect(() => {
    const onSelect = () => {
      const selection = getSelection()
      const isHere = selection?.anchorNode?.parentElement?.closest('#log') != null
      if (selection !== null && !selection.isCollapsed && isHere) tell({ kind: 'selected' })
    }
    document.addEventListener('selectionchange', onSelect)
    return () => document.removeEventListener('selectionchange', onSelect)
  }, [])
  const set = useCallback((isOn: boolean) => tell({ kind: 'asked', isOn }), [])
  return {
    ...follow,
    set,
    watch: (window) => {
      window.onMove = (move) => tell({ kind: 'moved', ...move })
    },
  }
}
