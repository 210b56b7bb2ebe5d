import { type RefObject, useEffect, useRef } from 'react'
import { useShortcuts } from '../interaction/shortcuts.ts'

interface RowKeys {
  /** Mounts a row and scrolls to it. */
  readonly reveal: (index: number) => void
  /**
   * Starts a build for the focused row; null if no row has the focus. Absent if the page itself has
   * that key.
   */
  readonly onNewBuild?: ((index: number | null) => void) | undefined
}

/**
 * Adds keys to a list whose rows each contain one `[data-row-link]` inside an element with
 * `data-index` (web.md 11). `j`, `k` and arrows move the focus to links, so Enter and Ctrl+Enter
 * work as usual.
 */
export function useRowKeys(place: RefObject<HTMLElement | null>, count: number, keys: RowKeys): void {
  const last = useRef(-1)
  const { reveal, onNewBuild } = keys
  const focused = () => {
    const row = document.activeElement?.closest<HTMLElement>('[data-index]')
    return row != null && place.current?.contains(row) ? Number(row.dataset.index) : null
  }
  const move = (by: 1 | -1) => {
    const next = Math.min(count - 1, Math.max(0, (focused() ?? last.current) + by))
    if (count === 0) return
    last.current = next
    reveal(next)
    focusRow(place, next)
  }
  useShortcuts('list', [
    { keys: 'j', does: 'Next row (also ↓)', run: () => move(1) },
    { keys: 'k', does: 'Previous row (also ↑)', run: () => move(-1) },
    ...(onNewBuild === undefined ? [] : [{ keys: 'n', does: 'New build', run: () => onNewBuild(focused()) }]),
  ])
  const newest = useRef(move)
  newest.current = move
  useEffect(() => {
    const element = place.current
    if (element === null) return
    // Arrows work only inside the list; elsewhere they scroll the page.
    const onArrow = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
      if (!(event.target instanceof HTMLElement) || !event.target.matches('[data-row-link]')) return
      event.preventDefault()
      newest.current(event.key === 'ArrowDown' ? 1 : -1)
    }
    element.addEventListener('keydown', onArrow)
    return () => element.removeEventListener('keydown', onArrow)
  })
}

/** Focuses the row's link once it is mounted, which takes a frame or two if it was far away. */
function focusRow(place: RefObject<HTMLElement | null>, index: number, framesLeft = 10): void {
  const link = place.current?.querySelector<HTMLElement>(`[data-index="${index}"] [data-row-link]`)
  if (link != null) link.focus({ preventScroll: true })
  else if (framesLeft > 0) requestAnimationFrame(() => focusRow(place, index, framesLeft - 1))
}
