import { useCallback, useEffect, useReducer, useRef } from 'react'
import type { LogWindow } from './log-window.ts'

/** Whether the end of a growing log stays in view (web L14). */
export interface Follow {
  readonly isOn: boolean
  /** Lines that arrived since following stopped. */
  readonly missed: number
}

export type FollowEvent =
  | { readonly kind: 'grew'; readonly lines: number }
  /** The reader scrolled away from the end, or to it. */
  | { readonly kind: 'moved'; readonly isUp: boolean; readonly isAtEnd: boolean }
  | { readonly kind: 'selected' }
  | { readonly kind: 'asked'; readonly isOn: boolean }

/** Returns the state after an event: a move up stops following, the end resumes it. */
export function followAfter(follow: Follow, event: FollowEvent): Follow {
  switch (event.kind) {
    case 'grew':
      return follow.isOn || event.lines === 0 ? follow : { isOn: false, missed: follow.missed + event.lines }
    case 'moved':
      if (event.isUp && !event.isAtEnd) return letGo(follow)
      return event.isAtEnd && !event.isUp ? resumed(follow) : follow
    case 'selected':
      return letGo(follow)
    case 'asked':
      return event.isOn ? resumed(follow) : letGo(follow)
  }
}

function letGo(follow: Follow): Follow {
  return follow.isOn ? { isOn: false, missed: 0 } : follow
}

function resumed(follow: Follow): Follow {
  return follow.isOn && follow.missed === 0 ? follow : { isOn: true, missed: 0 }
}

interface Following extends Follow {
  /** Starts or stops following the end. */
  set(isOn: boolean): void
}

/** Keeps the end of a growing log in view (web L14). */
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
