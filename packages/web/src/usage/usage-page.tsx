import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useAuthConfig } from '../api/auth-config.ts'
import { serverNow } from '../api/clock.ts'
import { useOrganizationName, usePermission } from '../api/session.ts'
import { PageHeading } from '../design/page-heading.tsx'
import { ErrorState } from '../design/page-states.tsx'
import { showInvisible } from '../text/escape.ts'
import { formatAmount, formatCents, formatHours } from '../text/money.ts'
import { ByBuild } from './by-build.tsx'
import { ByPipeline } from './by-pipeline.tsx'
import { Coupon } from './coupon.tsx'
import { forecast } from './credit.ts'
import { Daily } from './daily.tsx'
import { countDays, type Days, daysWanted } from './days.ts'
import { Ledger } from './ledger.tsx'
import { balanceQuery, totalsQuery } from './queries.ts'
import { RangeChoice } from './range-choice.tsx'
import { Section } from './section.tsx'
import { TopUp } from './top-up.tsx'

/** Shows usage and its cost, by day, pipeline and build (web.md 8). */
export function UsagePage() {
  const { org } = useParams({ from: '/signed-in/$org/usage' })
  const organization = showInvisible(useOrganizationName(org))
  const search = useSearch({ from: '/signed-in/$org/usage' })
  const navigate = useNavigate({ from: '/$org/usage' })
  const config = useAuthConfig()
  const days = daysWanted(search, serverNow())
  const day = search.day !== undefined && search.day >= days.from && search.day <= days.to ? search.day : null
  const narrowed = day === null ? days : { from: day, to: day }
  const isBilled = config?.billing ?? null
  const mayPay = usePermission(org, 'billing')
  return (
    <>
      <PageHeading title={`Usage · ${organization}`}>Usage</PageHeading>
      {isBilled === true && <Balance org={org} />}
      {isBilled === true && mayPay && <AddCredit org={org} takesPayments={config?.payments === true} />}
      {isBilled === false && (
        <p className="px-4 text-muted">Billing is off on this server: usage is metered but not charged.</p>
      )}
      <RangeChoice search={search} days={days} org={org} />
      <Totals org={org} days={narrowed} isBilled={isBilled === true} />
      <Daily
        org={org}
        days={days}
        day={day}
        isBilled={isBilled === true}
        onDay={(chosen) => void navigate({ search: (old) => withDay(old, chosen), replace: true, resetScroll: false })}
      />
      <ByPipeline org={org} days={narrowed} isBilled={isBilled === true} />
      <ByBuild org={org} days={narrowed} isBilled={isBilled === true} />
      {isBilled === true && <Ledger org={org} days={days} source={search.source} />}
    </>
  )
}

function withDay<Search extends { day?: string }>({ day: _, ...search }: Search, day: string | null) {
  return day === null ? search : { ...search, day }
}

/** Shows the balance and how long it lasts; a dash while it loads (web U1). */
function Balance({ org }: { readonly org: string }) {
  const balance = useQuery(balanceQuery(org))
  const week = useQuery(totalsQuery(org, daysWanted({ range: '7' }, serverNow())))
  if (balance.isError && balance.data === undefined)
    return <ErrorState error={balance.error} what="the balance" onRetry={() => void balance.refetch()} />
  const cents = balance.data?.balance_cents
  const estimate = cents === undefined || week.data === undefined ? null : forecast(cents, week.data.total_cents, 7)
  return (
    <div className="flex flex-wrap items-baseline gap-x-3 px-4 pb-2">
      <span className="text-13 text-muted">Balance</span>
      <span className="text-28 font-semibold tabular">{formatCents(cents)}</span>
      {/* Has a separate line on narrow screens from the start, so that nothing below moves. */}
      <p className={`min-h-5 max-sm:w-full ${estimate?.warns ? 'font-semibold text-soft' : 'text-muted'}`}>
        {estimate?.sentence}
      </p>
    </div>
  )
}

interface MoneyInProps {
  readonly org: string
  /** Whether the server has a payment provider. */
  readonly takesPayments: boolean
}

/** Adds credit by a payment or a coupon (web U5). */
function AddCredit({ org, takesPayments }: MoneyInProps) {
  return (
    <Section title="Add credit">
      <div className="flex max-w-220 flex-wrap gap-x-10 gap-y-6 px-4 pt-2 pb-6">
        {takesPayments && <TopUp org={org} />}
        <Coupon org={org} />
      </div>
    </Section>
  )
}

interface TotalsProps {
  readonly org: string
  readonly days: Days
  readonly isBilled: boolean
}

/** Shows the totals: spent, per day, and resource hours. */
function Totals({ org, days, isBilled }: TotalsProps) {
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
      <Figure
        name="Artifacts, GB-days"
        value={data?.artifact_gb_days == null ? '—' : formatAmount(data.artifact_gb_days)}
      />
    </dl>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    // Reserves the width of most numbers, so that nothing beside them moves.
    <div className="min-w-24">
      <dt className="text-13 text-muted">{name}</dt>
      <dd className="text-20 font-semibold tabular">{value}</dd>
    </div>
  )
}
