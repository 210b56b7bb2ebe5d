import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'

interface ForkLinksProps {
  readonly org: string
  readonly slug: string
  readonly number: number
  /** The step as addresses name it. */
  readonly step: string
  /** Names an attempt before the newest one. */
  readonly attempt?: number
  readonly results: readonly { readonly fork: number; readonly passed: boolean }[]
}

/** More links would add no information. */
const shown = 10

/** Links the logs of the forks in which a test failed and passed. */
export function ForkLinks({ results, ...to }: ForkLinksProps) {
  if (results.length === 0) return null
  const failed = results.filter(({ passed }) => !passed)
  const passed = results.filter((one) => one.passed)
  return (
    <span>
      {failed.length > 0 && <Numbers {...to} words="Failed in fork" results={failed} />}
      {failed.length > 0 && passed.length > 0 && ', '}
      {passed.length > 0 && (
        <Numbers {...to} words={failed.length > 0 ? 'passed in' : 'Passed in fork'} results={passed} />
      )}
    </span>
  )
}

function Numbers({ org, slug, number, step, attempt, words, results }: ForkLinksProps & { readonly words: string }) {
  const more = results.length - shown
  return (
    <>
      {words}{' '}
      {results.slice(0, shown).map(({ fork }, index) => (
        <Fragment key={fork}>
          {index > 0 && ' '}
          <Link
            to="/$org/pipelines/$slug/builds/$number"
            params={{ org, slug, number: String(number) }}
            search={{ job: step, fork, ...(attempt !== undefined && { attempt }) }}
            aria-label={`Log of fork ${fork}`}
            className="tabular inline-block min-w-6 py-0.5 text-center underline decoration-edge decoration-1 underline-offset-3 hover:decoration-current"
          >
            {fork}
          </Link>
        </Fragment>
      ))}
      {more > 0 && ` and ${more} more`}
    </>
  )
}
