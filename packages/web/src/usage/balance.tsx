import { useQuery } from '@tanstack/react-query'
import { serverNow } from '../api/clock.ts'
import { ErrorState } from '../design/page-states.tsx'
import { formatCents } from '../text/money.ts'
import { daysWanted } from './days.ts'
import { forecast } from './forecast.ts'
import { balanceQuery, totalsQuery } from './queries.ts'

/** The balance, and how long it lasts. Unknown or loading is a dash, never a number (web U1). */
export function Balance({ org }: { readonly org: string }) {
  const balance = useQuery(balanceQuery(org))
  const week = useQuery(totalsQuery(org, daysWanted({ range: '7' }, serverNow())))
  if (balance.isError && balance.data === undefined)
    return <ErrorState error={balance.error} what="the balance" onRetry={() => void balance.refetch()} />
  const cents = balance.data?.balance_cents
  const told = cents === undefined || week.data === undefined ? null : forecast(cents, week.data.total_cents, 7)
  return (
    <div className="flex flex-wrap items-baseline gap-x-3 px-4 pb-2">
      <span className="text-13 text-muted">Balance</span>
      <span className="text-28 font-semibold tabular">{formatCents(cents)}</span>
      {/* A line of its own where it is narrow, from the beginning: what stands below does not move. */}
      <p className={`min-h-5 max-sm:w-full ${told?.warns ? 'font-semibold text-soft' : 'text-muted'}`}>
        {told?.sentence}
      </p>
    </div>
  )
}
