import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { useOrganizationName } from '../../api/session.ts'
import { Button, buttonClass } from '../../design/button.tsx'
import { Chip, ChipRow } from '../../design/chip.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { LoadMore } from '../../design/load-more.tsx'
import { PageHeading } from '../../design/page-heading.tsx'
import { EmptyState, Skeleton } from '../../design/page-states.tsx'
import { StaleBar } from '../../design/problems.tsx'
import { SearchField } from '../../design/search-field.tsx'
import { useShortcuts } from '../../interaction/shortcuts.ts'
import { PlaceError } from '../../navigation/place-error.tsx'
import { showInvisible } from '../../text/escape.ts'
import { usePipelineName } from '../queries.ts'
import { type PipelineTestFilters, pipelineTestsQuery } from './queries.ts'
import { TestTable } from './test-table.tsx'

const from = '/signed-in/$org/pipelines/$slug/tests'

/** Shows the tests of a pipeline, from the newest builds of its default branch. */
export function PipelineTestsPage() {
  const { org, slug } = useParams({ from })
  const { q, state } = useSearch({ from })
  const navigate = useNavigate({ from: '/$org/pipelines/$slug/tests' })
  const name = usePipelineName(org, slug)
  const organization = showInvisible(useOrganizationName(org))
  const filters: PipelineTestFilters = { ...(q !== undefined && { q }), ...(state !== undefined && { state }) }
  const setFilters = (search: PipelineTestFilters, replace = false) =>
    void navigate({ search, replace, resetScroll: false })
  const query = useInfiniteQuery(pipelineTestsQuery(org, slug, filters))
  const rows = query.data?.pages.flatMap(({ data }) => data) ?? []
  return (
    <>
      <PageHeading
        title={`Tests of ${showInvisible(name)} · ${organization}`}
        actions={
          <Link to="/$org/pipelines/$slug" params={{ org, slug }} className={buttonClass()}>
            Builds
          </Link>
        }
      >
        Tests of <IsolatedText text={name} />
      </PageHeading>
      <Filters filters={filters} onFilter={setFilters} />
      {query.data === undefined && query.error === null && <Skeleton rows={10} label="Loading the tests" />}
      {query.data === undefined && query.error !== null && (
        <PlaceError {...{ org, slug }} error={query.error} what="the tests" onRetry={() => void query.refetch()} />
      )}
      {query.data !== undefined && query.error !== null && !query.isFetchNextPageError && (
        <StaleBar since={query.dataUpdatedAt} error={query.error} onRetry={() => void query.refetch()} />
      )}
      {rows.length > 0 && <TestTable {...{ org, slug }} tests={rows} />}
      {query.data !== undefined && rows.length === 0 && <NoTests filters={filters} onClear={() => setFilters({})} />}
      <LoadMore query={query} what="tests" />
    </>
  )
}

const chips = [
  ['All', undefined],
  ['Failing', 'failing'],
  ['Failed recently', 'failed'],
  ['Flaky', 'flaky'],
  ['In quarantine', 'quarantined'],
] as const

interface FiltersProps {
  readonly filters: PipelineTestFilters
  readonly onFilter: (filters: PipelineTestFilters, replace?: boolean) => void
}

function Filters({ filters: { q, state }, onFilter }: FiltersProps) {
  const search = useRef<HTMLInputElement>(null)
  useShortcuts('list', [{ keys: '/', does: 'Search tests', run: () => search.current?.focus() }])
  const withQ = q === undefined ? {} : { q }
  const withState = state === undefined ? {} : { state }
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-hairline px-4 py-2">
      <SearchField
        ref={search}
        label="Search tests"
        placeholder="Name, suite or file"
        value={q ?? ''}
        onChange={(text) => onFilter({ ...withState, ...(text !== '' && { q: text }) }, q !== undefined && text !== '')}
      />
      <ChipRow label="Show">
        {chips.map(([label, value]) => (
          <Chip
            key={label}
            on={state === value}
            onClick={() => onFilter({ ...withQ, ...(value !== undefined && { state: value }) })}
          >
            {label}
          </Chip>
        ))}
      </ChipRow>
    </div>
  )
}

const noneOf: Readonly<Record<NonNullable<PipelineTestFilters['state']>, string>> = {
  failing: 'No test is failing',
  failed: 'No test failed recently',
  flaky: 'No test was proved flaky recently',
  quarantined: 'No test is in quarantine',
}

function NoTests({
  filters: { q, state },
  onClear,
}: {
  readonly filters: PipelineTestFilters
  readonly onClear: () => void
}) {
  if (q === undefined && state === undefined)
    return (
      <EmptyState title="No test reports yet">
        <p>
          Name the file that your test runner writes in a step. When a build of the default branch has run it, its tests
          are listed here with their history:
        </p>
        <pre className="mt-3 font-mono text-13 break-words whitespace-pre-wrap">
          {"sh('npx vitest run', { tests: 'junit.xml' })"}
        </pre>
      </EmptyState>
    )
  const title = q !== undefined || state === undefined ? 'No test matches' : noneOf[state]
  return (
    <EmptyState title={title} action={<Button onClick={onClear}>Show all tests</Button>}>
      {q === undefined && state === 'quarantined' ? (
        <>
          Administrators put a test there on its own page. A step with <code>quarantine</code> does so when forks prove
          one flaky.
        </>
      ) : q === undefined ? (
        'The newest 50 builds of the default branch count.'
      ) : (
        'Searched names, suites and files of the newest 50 builds of the default branch.'
      )}
    </EmptyState>
  )
}
