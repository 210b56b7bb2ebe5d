import type { ReactNode } from 'react'
import { type Problem, problemOf } from '../api/problem.ts'
import { isPassing } from '../api/query-client.ts'
import { Button } from './button.tsx'
import { Instant } from './instant.tsx'
import { ProblemFacts } from './page-states.tsx'

/** Why something that was asked for was not done, where it was asked for; nothing for null. */
export function ProblemNote({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null
  return <ProblemText problem={problemOf(error)} />
}

interface ProblemTextProps {
  readonly problem: Problem
  /** With a frame, in forms that are long. */
  readonly framed?: boolean
  /** What to do about it. */
  readonly children?: ReactNode
}

/** The message of a problem, what to do about it, and its facts. */
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
  /** Fields that show their own sentences. */
  readonly fields: readonly string[]
}

/** What is wrong with what was sent, unless a field says it already. */
export function FormProblem({ problem, fields }: FormProblemProps) {
  if (problem === null) return null
  const named = Object.keys(problem.fields)
  if (named.length > 0 && named.every((name) => fields.includes(name))) return null
  return <ProblemText problem={problem} framed />
}

interface StaleBarProps {
  /** When what is shown was read, Unix milliseconds. */
  readonly since: number
  readonly error: unknown
  readonly onRetry: () => void
}

/** Old data stays, and this says since when it is old and why (web.md 2). A server that gives nothing newer is told of once, over the page. */
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
