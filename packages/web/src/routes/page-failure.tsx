import { type ErrorComponentProps, useRouter } from '@tanstack/react-router'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { isMissingPart, MissingPart } from '../design/pane-boundary.tsx'

/** A page that could not be made; the shell around it goes on. */
export function PageFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return isMissingPart(error) ? <MissingPart /> : <ErrorState error={error} what="this page" onRetry={retry} />
}

/** The same outside of the shell. */
export function PlainFailure(props: ErrorComponentProps) {
  return (
    <main>
      <PageFailure {...props} />
    </main>
  )
}

/** While the code of a page, or what it cannot begin without, is on its way. */
export function PagePending() {
  return <Skeleton />
}
