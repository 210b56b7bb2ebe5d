import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { isMissingPart, MissingPart } from '../design/pane-boundary.tsx'

/** Shows that a page failed, and keeps the page frame. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return isMissingPart(error) ? <MissingPart /> : <ErrorState error={error} what="this page" onRetry={retry} />
}

/** The same without the page frame. */
export function PlainFailure(props: ErrorComponentProps) {
  return (
    <main>
      <PageFailure {...props} />
    </main>
  )
}

/** Shows a skeleton while the code or first data of a page loads. */
export function PagePending() {
  // Keeps the scroll position of the previous page. A shorter page would scroll up, and the router
  // saves this position if a reader goes back before the new page has loaded.
  const [place] = useState(() => (typeof window === 'undefined' ? 0 : window.scrollY))
  if (place === 0) return <Skeleton />
  return (
    <div style={{ minHeight: place + window.innerHeight }}>
      <div className="sticky top-14 max-lg:top-24">
        <Skeleton />
      </div>
    </div>
  )
}
