import { type ReactNode, useEffect, useState } from 'react'
import { type Problem, problemOf } from '../api/problem.ts'
import { Button } from './button.tsx'
import { CopyField } from './copy-field.tsx'

interface EmptyStateProps {
  readonly title: string
  /** The purpose, and the next step. */
  readonly children: ReactNode
  readonly action?: ReactNode
}

/** Shows that a list is still empty, and the next step. */
export function EmptyState({ title, children, action }: EmptyStateProps) {
  return (
    <section className="mx-auto flex max-w-[72ch] flex-col items-start gap-3 px-4 py-12">
      <h2 className="text-20 font-semibold">{title}</h2>
      <div className="text-muted">{children}</div>
      {action}
    </section>
  )
}

interface ErrorStateProps {
  readonly error: unknown
  readonly onRetry?: (() => void) | undefined
  /** Names the requested data: `the builds of acme`. */
  readonly what: string
}

/** Shows a failed request: message, code, request id, documentation and retry (web.md 2). */
export function ErrorState({ error, onRetry, what }: ErrorStateProps) {
  const problem = problemOf(error)
  return (
    <section role="alert" className="mx-auto flex max-w-[72ch] flex-col items-start gap-3 px-4 py-8">
      <h2 className="text-16 font-semibold">Could not load {what}</h2>
      <p>{problem.message}</p>
      <ProblemFacts problem={problem} />
      {onRetry !== undefined && <Button onClick={onRetry}>Retry</Button>}
    </section>
  )
}

/** Shows code, documentation and request id of a problem. */
export function ProblemFacts({ problem }: { readonly problem: Problem }) {
  const { code, docUrl, requestId } = problem
  return (
    <>
      {code !== null && (
        <p className="text-13 text-muted">
          <code className="font-mono">{code}</code>
          {docUrl !== null && /^https?:\/\//.test(docUrl) && (
            <>
              {' · '}
              <a className="underline" href={docUrl} target="_blank" rel="noopener noreferrer">
                What this means
              </a>
            </>
          )}
        </p>
      )}
      {requestId !== null && <CopyField label="the request id" text={requestId} />}
    </>
  )
}

/** Shows grey rows while content loads, after 150 ms. */
export function Skeleton({ rows = 6, label = 'Loading' }: { readonly rows?: number; readonly label?: string }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status" aria-label={label} className={isShown ? '' : 'invisible'}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: all rows are the same
        <div key={index} className="flex h-row items-center gap-3 border-b border-hairline px-4">
          <span className="h-3 w-4 rounded-small bg-sunk" />
          <span className="h-3 w-1/3 rounded-small bg-sunk" />
          <span className="ml-auto h-3 w-16 rounded-small bg-sunk" />
        </div>
      ))}
    </div>
  )
}
