import { useLocation } from '@tanstack/react-router'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'

/**
 * Class of a `Link` in a `TabNav`. The router says which one is current (`aria-current`); give `activeOptions` where the path alone does not tell.
 */
export const tabClass =
  'inline-flex min-h-9 pointer-coarse:min-h-11 items-center gap-1.5 border-b-2 border-transparent forced-colors:border-b-0 px-2 text-14 whitespace-nowrap text-muted hover:text-text aria-[current=page]:border-text aria-[current=page]:font-semibold aria-[current=page]:text-text'

interface TabNavProps {
  /** What they are tabs of: `views of the build`. */
  readonly label: string
  readonly children: ReactNode
}

/** Views of one thing, each at an address of its own, so that Back and pasted links work. Narrow screens scroll it. */
export function TabNav({ label, children }: TabNavProps) {
  const nav = useRef<HTMLElement>(null)
  useCurrentInView(nav)
  return (
    <nav
      ref={nav}
      aria-label={label}
      className="flex gap-2 overflow-x-auto border-b border-hairline px-2 *:-mb-px *:shrink-0"
    >
      {children}
    </nav>
  )
}

/** Scrolls a row of links sideways until the current one is seen whole, on each new page and at each new width. */
export function useCurrentInView(row: RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path decides which link is the current one
  useEffect(() => {
    const { current: scroller } = row
    if (scroller === null) return
    const show = () => {
      const link = scroller.querySelector('[aria-current="page"]')
      if (link === null) return
      const [outer, inner] = [scroller.getBoundingClientRect(), link.getBoundingClientRect()]
      scroller.scrollLeft += Math.min(0, inner.left - outer.left) + Math.max(0, inner.right - outer.right)
    }
    // It tells the first width too.
    const widths = new ResizeObserver(show)
    widths.observe(scroller)
    return () => widths.disconnect()
  }, [row, pathname])
}
