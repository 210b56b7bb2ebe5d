import { CatchBoundary } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { ErrorState } from './page-states.tsx'

/** The files of this page's version are gone, or did not come. */
export function MissingPart() {
  return (
    <section role="alert" className="mx-auto flex max-w-[72ch] flex-col items-start gap-3 px-4 py-8">
      <h2 className="text-16 font-semibold">Part of this page failed to load</h2>
      <p>The server may have been upgraded, or the connection was lost.</p>
      <Button onClick={() => location.reload()}>Reload</Button>
    </section>
  )
}

/** Whether what was thrown says that a file of code or looks could not be fetched; each browser words it in its own way. */
export function isMissingPart(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script failed|preload CSS/i.test(error.message)
}

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
