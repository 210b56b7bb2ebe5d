import { testTitle } from '@harmont/logs/test-names'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { problemOf } from '../../api/problem.ts'
import { useOrganizationName } from '../../api/session.ts'
import { buttonClass } from '../../design/button.tsx'
import { Tag } from '../../design/chip.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { LoadMore } from '../../design/load-more.tsx'
import { PageHeading } from '../../design/page-heading.tsx'
import { EmptyState, Skeleton } from '../../design/page-states.tsx'
import { StateWord } from '../../design/state-mark.tsx'
import { PlaceError } from '../../navigation/place-error.tsx'
import { formatTestDuration } from '../../text/duration.ts'
import { showInvisible } from '../../text/escape.ts'
import { usePipelineName } from '../queries.ts'
import { QuarantineButton, QuarantineNotice } from './quarantine.tsx'
import { type PipelineTest, testQuery } from './queries.ts'
import { RunStrip } from './run-strip.tsx'
import { RunTable } from './run-table.tsx'
import { passShare, provedWords } from './test-table.tsx'

/** Shows one test: its state on the default branch, and its results in builds of any branch. */
export function TestPage() {
  const { org, slug, test: id } = useParams({ from: '/signed-in/$org/pipelines/$slug/tests/$test' })
  const query = useInfiniteQuery(testQuery(org, slug, id))
  const name = usePipelineName(org, slug)
  const organization = showInvisible(useOrganizationName(org))
  const test = query.data?.pages[0]?.test
  const runs = query.data?.pages.flatMap(({ data }) => data) ?? []
  const title = test === undefined ? 'Test' : testTitle(test)
  return (
    <>
      <PageHeading
        title={`${showInvisible(title)} · ${showInvisible(name)} · ${organization}`}
        actions={
          <Link to="/$org/pipelines/$slug/tests" params={{ org, slug }} className={buttonClass()}>
            All tests
          </Link>
        }
      >
        <IsolatedText text={title} />
      </PageHeading>
      {test === undefined && query.error === null && <Skeleton rows={8} label="Loading the test" />}
      {test === undefined && query.error !== null && (
        <Problem {...{ org, slug }} error={query.error} onRetry={() => void query.refetch()} />
      )}
      {test !== undefined && (
        <>
          <Facts {...{ org, slug, test }} pipeline={name}>
            <QuarantineButton {...{ org, slug, test }} />
          </Facts>
          {test.quarantine != null && <QuarantineNotice quarantine={test.quarantine} />}
          <RunStrip {...{ org, slug, runs }} />
          <RunTable {...{ org, slug, runs }} />
          <LoadMore query={query} what="results" />
        </>
      )}
    </>
  )
}

interface FactsProps {
  readonly org: string
  readonly slug: string
  readonly test: PipelineTest
  readonly pipeline: string
  /** The actions of the test. */
  readonly children: ReactNode
}

function Facts({ org, slug, test, pipeline, children }: FactsProps) {
  return (
    <div className="-mt-3 flex flex-wrap items-center gap-x-6 gap-y-1 px-4 pb-3 text-muted">
      {test.state !== null && <StateWord state={test.state} />}
      {test.file !== null && (
        <span className="break-all font-mono text-13">
          <IsolatedText text={test.file} />
        </span>
      )}
      {test.flaky != null && <Tag>{provedWords(test.flaky)}</Tag>}
      <span>
        Passed <span className="tabular text-text">{passShare(test)}</span> builds of the default branch
      </span>
      <span>
        Median <span className="tabular text-text">{formatTestDuration(test.median_ms)}</span>
      </span>
      <span>
        Pipeline{' '}
        <Link
          to="/$org/pipelines/$slug"
          params={{ org, slug }}
          className="underline decoration-edge underline-offset-3"
        >
          <IsolatedText text={pipeline} />
        </Link>
      </span>
      {children}
    </div>
  )
}

interface ProblemProps {
  readonly org: string
  readonly slug: string
  readonly error: unknown
  readonly onRetry: () => void
}

function Problem({ org, slug, error, onRetry }: ProblemProps) {
  if (problemOf(error).code !== 'test_not_found')
    return <PlaceError {...{ org, slug, error, onRetry }} what="the test" />
  return (
    <EmptyState
      title="Test not found"
      action={
        <Link to="/$org/pipelines/$slug/tests" params={{ org, slug }} className={buttonClass('primary')}>
          All tests of the pipeline
        </Link>
      }
    >
      The pipeline has no result of it. Those of passed tests are kept for 30 days, the others for 180.
    </EmptyState>
  )
}
