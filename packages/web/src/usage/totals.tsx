import { useQuery } from '@tanstack/react-query'
import { ErrorState } from '../design/page-states.tsx'
import { formatCents, formatHours } from '../text/money.ts'
import { countDays, type Days } from './days.ts'
import { totalsQuery } from './queries.ts'

interface TotalsProps {
  readonly org: string
  readonly days: Days
  readonly isBilled: boolean
}

/** Spent, a day, and what of it. */
export function Totals({ org, days, isBilled }: TotalsProps) {
  const { data, isError, error, refetch } = useQuery(totalsQuery(org, days))
  if (isError && data === undefined)
    return <ErrorState error={error} what="the totals" onRetry={() => void refetch()} />
  const aDay = data === undefined ? undefined : data.total_cents / countDays(days)
  const hours = (seconds: number | undefined) => (seconds === undefined ? '—' : formatHours(seconds))
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-3 px-4 py-3">
      {isBilled && <Figure name="Spent" value={formatCents(data?.total_cents)} />}
      {isBilled && <Figure name="A day" value={formatCents(aDay)} />}
      <Figure name="vCPU-hours" value={hours(data?.cpu_seconds)} />
      <Figure name="Memory, GB-hours" value={hours(data?.memory_gb_seconds)} />
      <Figure name="Disk, GB-hours" value={hours(data?.disk_gb_seconds)} />
    </dl>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    // As wide as most numbers from the beginning: what stands beside it does not move.
    <div className="min-w-24">
      <dt className="text-13 text-muted">{name}</dt>
      <dd className="text-20 font-semibold tabular">{value}</dd>
    </div>
  )
}
