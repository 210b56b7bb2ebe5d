import { useLocation } from '@tanstack/react-router'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'

/**
 * The class of a `Link` in a `TabNav`. The router marks the current link (`aria-current`); pass
 * `activeOptions` if the path alone does not decide.
 */
export const tabClass =
  'inline-flex min-h-9 pointer-coarse:min-h-11 items-center gap-1.5 border-b-2 border-transparent forced-colors:border-b-0 px-2 text-14 whitespace-nowrap text-muted hover:text-text aria-[current=page]:border-text aria-[current=page]:font-semibold aria-[current=page]:text-text'

interface TabNavProps {
  /** The accessible name: `Views of the build`. */
  readonly label: string
  readonly children: ReactNode
}

/**
 * Links the views of one object, each at its own address, so that Back and pasted links work. The
 * row scrolls on narrow screens.
 */
export function TabNav({ label, children }: TabNavProps) {
  const nav = useRef<HTMLElement>(null)
  useCurrentInView(nav)
  return (
    <nav
      ref={nav}
      aria-label={label}
      className="flex overflow-x-auto border-b border-hairline px-2 *:-mb-px *:shrink-0"
    >
      {children}
    </nav>
  )
}

/** Scrolls a row of links sideways until the current one is fully visible. */
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
    // The observer also reports the first width.
    const widths = new ResizeObserver(show)
    widths.observe(scroller)
    return () => widths.disconnect()
  }, [row, pathname])
}
