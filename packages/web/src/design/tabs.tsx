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

/** Scrolls a row of links sideways until the current one is seen whole, on each new page. */
export function useCurrentInView(row: RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path decides which link is the current one
  useEffect(() => {
    const current = row.current?.querySelector('[aria-current="page"]')
    if (row.current === null || current == null) return
    const [outer, inner] = [row.current.getBoundingClientRect(), current.getBoundingClientRect()]
    row.current.scrollLeft += Math.min(0, inner.left - outer.left) + Math.max(0, inner.right - outer.right)
  }, [row, pathname])
}
