import { verdictWords } from '@harmont/logs/test-names'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import { Button } from '../../design/button.tsx'
import { Chip, ChipRow } from '../../design/chip.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { LoadMore } from '../../design/load-more.tsx'
import { EmptyState } from '../../design/page-states.tsx'
import { StaleBar } from '../../design/problems.tsx'
import { QueryPlaceholder } from '../../design/query-placeholder.tsx'
import { SearchField } from '../../design/search-field.tsx'
import { counted, thousands } from '../../text/count.ts'
import { buildRouteId } from '../data/address.ts'
import { allJobs, type BuildView, isBuildEnded, nameOf } from '../data/job-state.ts'
import type { BuildPlace } from '../data/queries.ts'
import { buildTestsQuery, type TestFilters } from './queries.ts'
import { TestRow } from './test-row.tsx'

interface TestsViewProps {
  readonly place: BuildPlace
  readonly view: BuildView
}

/** Shows the tests that the steps of a build reported (web B12). */
export function TestsView({ place, view }: TestsViewProps) {
  const { tests: state, q } = useSearch({ from: buildRouteId })
  const navigate = useNavigate({ from: '/$org/pipelines/$slug/builds/$number' })
  const filters: TestFilters = { ...(state !== undefined && { state }), ...(q !== undefined && { q }) }
  const setFilters = useCallback(
    ({ state: tests, q: text }: TestFilters, replace = false) =>
      void navigate({
        search: ({ tests: _, q: __, ...rest }) => ({
          ...rest,
          ...(tests !== undefined && { tests }),
          ...(text !== undefined && { q: text }),
        }),
        replace,
        resetScroll: false,
      }),
    [navigate],
  )
  const query = useInfiniteQuery(buildTestsQuery(place, filters, seenOf(view)))
  const [first] = query.data?.pages ?? []
  if (first === undefined) return <QueryPlaceholder query={query} what="the tests" rows={8} />
  const { counts, left_out: leftOut, reports } = first
  const all = counts.passed + counts.failed + counts.skipped + counts.errored
  const rows = query.data?.pages.flatMap(({ data }) => data) ?? []
  const jobs = new Map(allJobs(view).map((job) => [job.id, job]))
  const broken = reports.filter(({ problem, faults }) => problem !== null || faults > 0)
  return (
    <>
      {query.error !== null && !query.isFetchNextPageError && (
        <StaleBar since={query.dataUpdatedAt} error={query.error} onRetry={() => void query.refetch()} />
      )}
      {reports.length === 0 ? (
        <NoReports isEnded={isBuildEnded(view.build)} />
      ) : (
        <>
          <Bar {...{ counts, filters }} onFilter={setFilters} />
          {leftOut > 0 && (
            <p className="border-b border-hairline bg-sunk px-4 py-1 text-13">
              {counted(leftOut, 'result')} over the limit of 100,000 a build: counted, but not listed.
            </p>
          )}
          {broken.map(({ path, problem, faults, job_id: id }) => (
            <p key={`${id} ${path}`} className="border-b border-hairline bg-sunk px-4 py-1 text-13">
              <IsolatedText text={path} /> of{' '}
              <IsolatedText text={jobs.has(id) ? nameOf(jobs.get(id) as never) : 'an earlier attempt'} />:{' '}
              {problem === null ? `${counted(faults, 'place')} could not be read.` : <IsolatedText text={problem} />}
            </p>
          ))}
          <ul aria-label="Tests">
            {rows.map((test) => (
              <li key={`${test.id} ${test.job_id} ${test.report}`}>
                <TestRow place={place} test={test} job={jobs.get(test.job_id) ?? null} />
              </li>
            ))}
          </ul>
          {rows.length === 0 && <NothingMatches isAll={all === 0} onClear={() => setFilters({})} />}
          <LoadMore query={query} what="tests" />
        </>
      )}
    </>
  )
}

/** Changes when another step ends, and when a failed test gets a verdict. */
function seenOf({ jobs }: BuildView): string {
  const ended = jobs.filter(({ finished_at }) => finished_at != null)
  const proved = ended.flatMap(({ failure }) => [
    failure?.proving === true,
    ...(failure?.reports ?? []).map(verdictWords),
  ])
  return `${ended.length} ${proved.join()}`
}

interface BarProps {
  readonly counts: {
    readonly passed: number
    readonly failed: number
    readonly skipped: number
    readonly errored: number
  }
  readonly filters: TestFilters
  readonly onFilter: (filters: TestFilters, replace?: boolean) => void
}

function Bar({ counts, filters: { state, q }, onFilter }: BarProps) {
  const chips = [
    ['All', undefined, counts.passed + counts.failed + counts.skipped + counts.errored],
    ['Failed', 'failed', counts.failed + counts.errored],
    ['Passed', 'passed', counts.passed],
    ['Skipped', 'skipped', counts.skipped],
  ] as const
  const withQ = q === undefined ? {} : { q }
  const withState = state === undefined ? {} : { state }
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-hairline px-4 py-2">
      <SearchField
        label="Search tests"
        placeholder="Name, suite or file"
        value={q ?? ''}
        onChange={(text) =>
          onFilter({ ...withState, ...(text === '' ? {} : { q: text }) }, q !== undefined && text !== '')
        }
      />
      <ChipRow label="Show">
        {chips.map(([label, value, count]) => (
          <Chip
            key={label}
            on={state === value}
            onClick={() => onFilter({ ...withQ, ...(value === undefined ? {} : { state: value }) })}
          >
            {label} <span className="tabular">{thousands(count)}</span>
          </Chip>
        ))}
      </ChipRow>
    </div>
  )
}

function NoReports({ isEnded }: { readonly isEnded: boolean }) {
  return (
    <EmptyState title={isEnded ? 'No test reports' : 'No test reports yet'}>
      <p>
        {isEnded
          ? 'No step of this build wrote a test report.'
          : 'Tests appear when a step with a test report has ended.'}{' '}
        Name the file that your test runner writes in the step, and its tests are listed here:
      </p>
      <pre className="mt-3 font-mono text-13 break-words whitespace-pre-wrap">
        {"sh('npx vitest run', { tests: 'junit.xml' })"}
      </pre>
    </EmptyState>
  )
}

function NothingMatches({ isAll, onClear }: { readonly isAll: boolean; readonly onClear: () => void }) {
  if (isAll)
    return <EmptyState title="The reports name no test">The files were read, and had no results in them.</EmptyState>
  return (
    <EmptyState title="No test matches" action={<Button onClick={onClear}>Show all tests</Button>}>
      Searched names, suites and files.
    </EmptyState>
  )
}
