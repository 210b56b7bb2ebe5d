import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { Schema } from '../../api/schemas.ts'
import { useOrganizationName } from '../../api/session.ts'
import { buttonClass } from '../../design/button.tsx'
import { IsolatedText } from '../../design/isolated-text.tsx'
import { PageHeading } from '../../design/page-heading.tsx'
import { EmptyState, Skeleton } from '../../design/page-states.tsx'
import { Segmented } from '../../design/segmented.tsx'
import { Table, Td } from '../../design/table.tsx'
import { PlaceError } from '../../navigation/place-error.tsx'
import { counted } from '../../text/count.ts'
import { formatDuration } from '../../text/duration.ts'
import { showInvisible } from '../../text/escape.ts'
import { pipelineTimeQuery, usePipelineName } from '../queries.ts'
import { type LostTime, lostTimes } from './lost-time.ts'

const from = '/signed-in/$org/pipelines/$slug/time'
const choices = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
] as const

/**
 * Shows how the time of a pipeline's builds was spent: minutes lost to waits and preparation (web
 * P8).
 */
export function PipelineTimePage() {
  const { org, slug } = useParams({ from })
  const { days = '7' } = useSearch({ from })
  const navigate = useNavigate({ from: '/$org/pipelines/$slug/time' })
  const name = usePipelineName(org, slug)
  const organization = showInvisible(useOrganizationName(org))
  const { data, error, refetch } = useQuery(pipelineTimeQuery(org, slug, Number(days)))
  return (
    <>
      <PageHeading
        title={`Time of ${showInvisible(name)} · ${organization}`}
        actions={
          <Link to="/$org/pipelines/$slug" params={{ org, slug }} className={buttonClass()}>
            Builds
          </Link>
        }
      >
        Time of <IsolatedText text={name} />
      </PageHeading>
      <div className="border-b border-hairline px-4 py-2">
        <Segmented
          label="Builds of the last"
          value={days}
          choices={choices}
          onChange={(chosen) => void navigate({ search: { days: chosen }, replace: true, resetScroll: false })}
        />
      </div>
      {data === undefined && error === null && <Skeleton rows={8} label="Loading the times" />}
      {data === undefined && error !== null && (
        <PlaceError {...{ org, slug, error }} what="the times" onRetry={() => void refetch()} />
      )}
      {data !== undefined && <Times {...{ org, slug }} time={data} />}
    </>
  )
}

interface TimesProps {
  readonly org: string
  readonly slug: string
  readonly time: Schema<'PipelineTime'>
}

function Times({ org, slug, time }: TimesProps) {
  const { builds, total_ms: totalMs } = time
  if (builds === 0)
    return (
      <EmptyState title="No builds measured yet">
        Builds that pass or fail from now on are measured at their end.
      </EmptyState>
    )
  const lost = lostTimes(time)
  const lostMs = lost.reduce((sum, { ms }) => sum + ms, 0)
  return (
    <section aria-labelledby="lost" className="max-w-220 py-4">
      <h2 id="lost" className="px-4 text-16 font-semibold">
        {formatDuration(lostMs)} lost
      </h2>
      <p className="px-4 pb-2 text-muted">
        {counted(builds, 'build')} took {formatDuration(totalMs)} from creation to end, of which{' '}
        {percent(lostMs / Math.max(1, totalMs))} was not work of a command. These times count where they kept a build
        from its end.
      </p>
      <LostTable lost={lost} />
      <Remarks {...{ org, slug, time }} />
    </section>
  )
}

function LostTable({ lost }: { readonly lost: readonly LostTime[] }) {
  const longest = Math.max(...lost.map(({ ms }) => ms), 1)
  const columns = [
    'Lost to',
    { name: 'Bar', isSpokenOnly: true },
    { name: 'Time', numeric: true },
    { name: 'Share', numeric: true },
    { name: 'Builds', numeric: true },
  ]
  return (
    <Table caption="Time lost, longest first" columns={columns}>
      <tbody>
        {lost.map(({ kind, title, note, ms, share, builds }) => (
          <tr key={kind}>
            <Td>
              {title}
              {note !== null && <span className="block text-13 text-muted">{note}</span>}
            </Td>
            <Td className="w-2/5 max-sm:w-full">
              <span
                aria-hidden="true"
                className="block h-3.5 min-w-0.5 rounded-small bg-text"
                style={{ width: `${(ms / longest) * 100}%` }}
              />
            </Td>
            <Td numeric>{formatDuration(ms)}</Td>
            <Td numeric>{percent(share)}</Td>
            <Td numeric>
              {builds}
              <span className="sm:hidden">{builds === 1 ? ' build' : ' builds'}</span>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}

/** Stands in for data that an older server lacks (web X1). */
const none = { ms: 0, builds: 0 }

/** Shows the time of avoidable builds and commands, which the sums above include. */
function Remarks({ org, slug, time: { flaky = none, missed = none } }: TimesProps) {
  if (flaky.builds === 0 && missed.builds === 0) return null
  return (
    <ul className="flex flex-col gap-2 px-4 pt-4">
      {flaky.builds > 0 && (
        <li>
          <strong className="font-semibold">{formatDuration(flaky.ms)}</strong> in {counted(flaky.builds, 'build')} that
          failed by nothing but{' '}
          <Link
            to="/$org/pipelines/$slug/tests"
            params={{ org, slug }}
            search={{ state: 'flaky' }}
            className="underline"
          >
            tests that were proved flaky
          </Link>
        </li>
      )}
      {missed.builds > 0 && (
        <li>
          <strong className="font-semibold">{formatDuration(missed.ms)}</strong> of commands whose result an earlier
          build had left in the cache, and which was no longer there
        </li>
      )}
    </ul>
  )
}

function percent(share: number): string {
  return share > 0 && share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`
}
