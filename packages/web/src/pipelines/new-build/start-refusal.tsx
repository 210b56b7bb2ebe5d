import { Link } from '@tanstack/react-router'
import { problemOf } from '../../api/problem.ts'
import { ProblemText } from '../../design/problems.tsx'

interface StartRefusalProps {
  readonly org: string
  readonly slug: string
  readonly error: unknown
  /** Whether fields already show every message of the server. */
  readonly isAtFields: boolean
}

/** Explains why no build started, and the remedy (web P5). */
export function StartRefusal({ org, slug, error, isAtFields }: StartRefusalProps) {
  if (error === null) return null
  const problem = problemOf(error)
  if (isAtFields && problem.code === 'build_invalid') return null
  return (
    <ProblemText problem={problem} framed>
      <NextStep org={org} slug={slug} status={problem.status} code={problem.code} details={problem.details} />
    </ProblemText>
  )
}

interface NextStepProps {
  readonly org: string
  readonly slug: string
  readonly status: number
  readonly code: string | null
  readonly details: Readonly<Record<string, unknown>>
}

function NextStep({ org, slug, status, code, details }: NextStepProps) {
  const rejected = code === 'build_plan_rejected' ? numberOf(details.build) : null
  if (rejected !== null)
    return (
      <p>
        <Link
          to="/$org/pipelines/$slug/builds/$number"
          params={{ org, slug, number: String(rejected) }}
          className="underline"
        >
          Build #{rejected} has its log and what was refused
        </Link>
      </p>
    )
  if (status === 402)
    return (
      <p>
        <Link to="/$org/usage" params={{ org }} className="underline">
          Top up the balance
        </Link>{' '}
        and start it again.
      </p>
    )
  if (code === 'pipeline_manual_disabled' || code === 'pipeline_archived')
    return (
      <p>
        <Link to="/$org/pipelines/$slug/settings" params={{ org, slug }} className="underline">
          Change it in the pipeline’s settings
        </Link>
      </p>
    )
  return null
}

function numberOf(build: unknown): number | null {
  if (typeof build !== 'object' || build === null || !('number' in build)) return null
  return typeof build.number === 'number' ? build.number : null
}
