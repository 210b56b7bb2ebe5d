import { CatchBoundary } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { isMissingPart, MissingPart } from './missing-part.tsx'
import { ErrorState } from './page-states.tsx'

interface PaneBoundaryProps {
  /** What is in it: `the graph`. */
  readonly what: string
  /** Another one of these is another try. */
  readonly resetKey: string
  readonly children: ReactNode
}

/** A fault in one pane leaves the others working (web X3). */
export function PaneBoundary({ what, resetKey, children }: PaneBoundaryProps) {
  return (
    <CatchBoundary
      getResetKey={() => resetKey}
      errorComponent={({ error, reset }) =>
        isMissingPart(error) ? <MissingPart /> : <ErrorState error={error} what={what} onRetry={reset} />
      }
    >
      {children}
    </CatchBoundary>
  )
}
