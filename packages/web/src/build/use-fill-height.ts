import { type RefObject, useLayoutEffect } from 'react'

const leastHeight = 320

/** Lets an element end where the window does, whatever bars stand above it. Written past React: the page is not drawn again for it. */
export function useFillHeight(place: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const measure = () => {
      const { current } = place
      if (current === null) return
      const top = current.getBoundingClientRect().top + window.scrollY
      current.style.height = `${Math.max(leastHeight, Math.floor(window.innerHeight - top))}px`
    }
    measure()
    // A bar that comes or goes above changes the height of the page.
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    window.addEventListener('resize', measure)
    return () => {
      observer.disconnect()
      window.removeEventListener('resize', measure)
    }
  }, [place])
}
