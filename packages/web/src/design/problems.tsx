import type { ReactNode } from 'react'
import { type Problem, problemOf } from '../api/problem.ts'
import { isPassing } from '../api/query-client.ts'
import { Button } from './button.tsx'
import { Instant } from './instant.tsx'
import { ProblemFacts } from './page-states.tsx'

/** Shows beside a control why its request failed; nothing for null. */
export function ProblemNote({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null
  return <ProblemText problem={problemOf(error)} />
}

interface ProblemTextProps {
  readonly problem: Problem
  /** Adds a frame, for long forms. */
  readonly framed?: boolean
  /** The advice. */
  readonly children?: ReactNode
}

/** Shows the message of a problem, the remedy, and its facts. */
export function ProblemText({ problem, framed = false, children }: ProblemTextProps) {
  return (
    <div role="alert" className={`flex flex-col gap-2 ${framed ? 'rounded-small border border-fail p-3' : ''}`}>
      <p className="isolated whitespace-pre-wrap text-fail">{problem.message}</p>
      {children}
      <ProblemFacts problem={problem} />
    </div>
  )
}

interface FormProblemProps {
  readonly problem: Problem | null
  /** Fields that show their own errors. */
  readonly fields: readonly string[]
}

/** Shows the problem of a form, unless its fields show it. */
export function FormProblem({ problem, fields }: FormProblemProps) {
  if (problem === null) return null
  const named = Object.keys(problem.fields)
  if (named.length > 0 && named.every((name) => fields.includes(name))) return null
  return <ProblemText problem={problem} framed />
}

interface StaleBarProps {
  /** When the shown data was read, in Unix milliseconds. */
  readonly since: number
  readonly error: unknown
  readonly onRetry: () => void
}

/** Shows since when data is old, and why (web.md 2), unless the frame shows it. */
export function StaleBar({ since, error, onRetry }: StaleBarProps) {
  if (isPassing(error)) return null
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-y border-hairline bg-wait-tint px-4 py-1 text-wait"
    >
      <span>
        Last updated <Instant at={new Date(since).toISOString()} />. {problemOf(error).message}
      </span>
      <Button look="quiet" onClick={onRetry}>
        Try now
      </Button>
    </div>
  )
}
