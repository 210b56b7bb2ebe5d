import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { isMissingPart, MissingPart } from '../design/pane-boundary.tsx'

/** Shows that a page failed; the page frame stays. */
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
  return <Skeleton />
}
