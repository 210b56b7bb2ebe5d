import { useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { useEmoji } from '../text/emoji.ts'
import type { StateLook } from './state.ts'
import { useTabMark } from './tab-icon.ts'

interface PageHeadingProps {
  readonly children: ReactNode
  /** The tab's title without the product: `Builds · acme`. */
  readonly title: string
  readonly actions?: ReactNode
  /**
   * The state of a build, which becomes the tab's icon; the title is then used unchanged: `Failed:
   * test · ci #60 · acme` (web T1).
   */
  readonly mark?: StateLook
}

/** The page that the browser loaded first, whose focus starts before the skip link. */
let firstPage: string | null = null

/** The page's only h1. It receives the focus on navigation (web T2), and sets the tab's title. */
export function PageHeading({ children, title, actions, mark }: PageHeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { pathname } = useLocation()
  useDocumentTitle(mark === undefined ? `${title} · Harmont` : title)
  useTabMark(mark ?? null)
  useEffect(() => {
    firstPage ??= pathname
    if (pathname === firstPage) return
    firstPage = ''
    // Runs after a closing dialog has returned the focus.
    const frame = requestAnimationFrame(() => focusUnlessTaken(heading.current))
    return () => cancelAnimationFrame(frame)
  }, [pathname])
  return (
    <div className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <h1 ref={heading} tabIndex={-1} className="min-w-0 flex-1 text-20 font-semibold">
        {children}
      </h1>
      {actions}
    </div>
  )
}

/** Focuses the heading, unless the page or a dialog has already focused an element. */
function focusUnlessTaken(heading: HTMLElement | null): void {
  const { activeElement } = document
  const isTaken = activeElement?.closest('main, [role=dialog]') != null && activeElement.id !== 'main'
  if (!isTaken) heading?.focus({ preventScroll: true })
}

function useDocumentTitle(title: string): void {
  const shown = useEmoji(title)
  useEffect(() => {
    document.title = shown
  }, [shown])
}
