import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Button } from '../design/button.tsx'
import { ErrorState, Skeleton } from '../design/page-states.tsx'
import { Table, Td } from '../design/table.tsx'
import { formatAmount, formatCents, formatHours } from '../text/money.ts'
import type { Days } from './days.ts'
import { seriesQuery } from './queries.ts'
import { Section } from './section.tsx'

const DailyBars = lazy(() => import('./daily-bars.tsx').then(({ DailyBars: found }) => ({ default: found })))

interface DailyProps {
  readonly org: string
  readonly days: Days
  /** The day to which the page is narrowed. */
  readonly day: string | null
  readonly isBilled: boolean
  readonly onDay: (day: string | null) => void
}

/** Shows usage by day, as bars or as a table (web U2). */
export function Daily({ org, days, day, isBilled, onDay }: DailyProps) {
  const [asTable, setAsTable] = useState(false)
  const { data, isError, error, refetch } = useQuery(seriesQuery(org, days))
  // New values recreate the chart, which then loses the highlighted day.
  const values = useMemo(
    () =>
      data?.data.map(({ date, total_cents: cents, cpu_seconds: seconds, artifact_gb_days: kept }) => {
        return { date, value: isBilled ? cents / 100 : seconds / 3600, cents, seconds, kept }
      }),
    [data, isBilled],
  )
  const actions = (
    <>
      {day !== null && <Button onClick={() => onDay(null)}>Show all days (now {day})</Button>}
      <Button look="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
        {asTable ? 'As bars' : 'As table'}
      </Button>
    </>
  )
  return (
    <Section title="By day" actions={actions}>
      {isError && values === undefined && <ErrorState error={error} what="the days" onRetry={() => void refetch()} />}
      {!asTable && (
        // Reserves the chart's height from the start, so that nothing below moves.
        <div className="min-h-55">
          {values === undefined && !isError && <Skeleton rows={4} label="Loading the days" />}
          {values !== undefined && (
            <Suspense fallback={<Skeleton rows={4} label="Loading the chart" />}>
              <DailyBars values={values} unit={isBilled ? '$' : 'vCPU-hours'} day={day} onDay={onDay} />
            </Suspense>
          )}
        </div>
      )}
      {values !== undefined && asTable && <DayTable values={values} isBilled={isBilled} />}
    </Section>
  )
}

interface DayTableProps {
  readonly values: readonly {
    readonly date: string
    readonly cents: number
    readonly seconds: number
    readonly kept: number | null | undefined
  }[]
  readonly isBilled: boolean
}

function DayTable({ values, isBilled }: DayTableProps) {
  return (
    <Table
      caption="Usage by day"
      columns={[
        'Day (UTC)',
        ...(isBilled ? [{ name: 'Spent', numeric: true }] : []),
        { name: 'vCPU-hours', numeric: true },
        { name: 'Artifacts, GB-days', numeric: true },
      ]}
    >
      <tbody>
        {values.map(({ date, cents, seconds, kept }) => (
          <tr key={date}>
            <Td>{date}</Td>
            {isBilled && (
              <Td numeric label="Spent">
                {formatCents(cents)}
              </Td>
            )}
            <Td numeric label="vCPU-hours">
              {formatHours(seconds)}
            </Td>
            <Td numeric label="Artifacts, GB-days">
              {kept == null ? '—' : formatAmount(kept)}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
