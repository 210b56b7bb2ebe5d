import type { Problem } from '../api/problem.ts'
import { ProblemText } from './problem-note.tsx'

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
