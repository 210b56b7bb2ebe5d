import { useEffect } from 'react'

/** Marks the moment at which sentence, failed step and the log's error line are on screen (web R1): after the paint in which the last of them came. */
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
