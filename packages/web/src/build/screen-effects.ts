import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react'
import { announce } from '../interaction/announcer.ts'
import type { BuildView } from './data/job-state.ts'
import { announcementsOf } from './sentences/header.ts'

/** Marks the moment when sentence, failed step and error line are painted (web R1). */
export function useRedAnswerMark(isRed: boolean): void {
  useEffect(() => {
    if (!isRed) return
    const observer = new PerformanceObserver((list) => {
      if (!list.getEntries().some(({ name }) => name === 'harmont:log-painted')) return
      observer.disconnect()
      requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('harmont:red-answer')))
    })
    observer.observe({ type: 'mark', buffered: true })
    return () => observer.disconnect()
  }, [isRed])
}

const leastHeight = 320

/** Extends an element to the lower edge of the window, without rendering the page again. */
export function useFillHeight(place: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const measure = () => {
      const { current } = place
      if (current === null) return
      const top = current.getBoundingClientRect().top + window.scrollY
      current.style.height = `${Math.max(leastHeight, Math.floor(window.innerHeight - top))}px`
    }
    measure()
    // A bar that appears or disappears above changes the height of the page.
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    window.addEventListener('resize', measure)
    return () => {
      observer.disconnect()
      window.removeEventListener('resize', measure)
    }
  }, [place])
}

/** Moves the focus to the heading when the focused element disappears (web T2). */
export function useFocusRecovery(page: RefObject<HTMLElement | null>): void {
  const last = useRef<Element | null>(null)
  useEffect(() => {
    const root = page.current
    const note = ({ target }: FocusEvent) => {
      last.current = target instanceof Element ? target : null
    }
    root?.addEventListener('focusin', note)
    return () => root?.removeEventListener('focusin', note)
  }, [page])
  // Checks after each render, because only a render removes elements.
  useEffect(() => {
    if (last.current === null || last.current.isConnected) return
    last.current = null
    if (document.activeElement === document.body) page.current?.querySelector('h1')?.focus({ preventScroll: true })
  })
}

/**
 * Announces changes to screen readers (web T3). The live region limits the rate of announcements.
 */
export function useAnnouncements(view: BuildView): void {
  const before = useRef(view)
  useEffect(() => {
    for (const text of announcementsOf(before.current, view)) announce(text)
    before.current = view
  }, [view])
}
