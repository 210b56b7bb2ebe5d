import { CatchBoundary } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { ErrorState } from './page-states.tsx'

/** Explains that files of this page's version are gone or failed to load. */
export function MissingPart() {
  return (
    <section role="alert" className="mx-auto flex max-w-[72ch] flex-col items-start gap-3 px-4 py-8">
      <h2 className="text-16 font-semibold">Part of this page failed to load</h2>
      <p>The server may have been upgraded, or the connection was lost.</p>
      <Button onClick={() => location.reload()}>Reload</Button>
    </section>
  )
}

/** Whether an error means that a script or style file failed to load. */
export function isMissingPart(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script failed|preload CSS/i.test(error.message)
}

interface PaneBoundaryProps {
  /** Names the content: `the graph`. */
  readonly what: string
  /** A new key retries. */
  readonly resetKey: string
  readonly children: ReactNode
}

/** Confines a fault to its pane (web X3). */
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
