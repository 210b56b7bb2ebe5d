import type { ReactNode } from 'react'
import { type Problem, problemOf } from '../api/problem.ts'
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
      <p className="foreign whitespace-pre-wrap text-fail">{problem.message}</p>
      {children}
      <ProblemFacts problem={problem} />
    </div>
  )
}
