import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useAuthConfig } from '../api/auth-config.ts'
import { serverNow } from '../api/clock.ts'
import { useOrganizationName, usePermission } from '../api/session.ts'
import { PageHeading } from '../design/page-heading.tsx'
import { showInvisible } from '../text/escape.ts'
import { Balance } from './balance.tsx'
import { ByBuild } from './by-build.tsx'
import { ByPipeline } from './by-pipeline.tsx'
import { Daily } from './daily.tsx'
import { daysWanted } from './days.ts'
import { Ledger } from './ledger.tsx'
import { MoneyIn } from './money-in.tsx'
import { RangeChoice } from './range-choice.tsx'
import { Totals } from './totals.tsx'

/** What was used, when, by what, and what it cost (web.md 8). */
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
      {isBilled === true && mayPay && <MoneyIn org={org} takesPayments={config?.payments === true} />}
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
