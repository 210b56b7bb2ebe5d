import { type RefObject, useLayoutEffect, useState } from 'react'

const leastHeight = 320

/** Height in pixels that lets an element end where the window does, whatever bars stand above it. */
export function useFillHeight(place: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(() => Math.max(leastHeight, window.innerHeight - 48))
  useLayoutEffect(() => {
    const measure = () => {
      const { current } = place
      if (current === null) return
      const top = current.getBoundingClientRect().top + window.scrollY
      setHeight(Math.max(leastHeight, Math.floor(window.innerHeight - top)))
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
  return height
}
