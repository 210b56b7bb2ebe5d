import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useOrganization } from '../api/session.ts'
import { buttonClass } from '../design/button.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { formatCents } from '../text/money.ts'
import { type BegunPayment, rememberedPayment } from './payment.ts'
import { balanceQuery, newestTopUpQuery } from './queries.ts'

/** Shows the result of a payment, which the provider confirms seconds later. */
export function PaymentDonePage() {
  const [payment] = useState(rememberedPayment)
  return (
    <>
      <PageHeading title="Payment">Payment</PageHeading>
      <EmptyState title="Thank you" action={<ToUsage org={payment?.org ?? null} />}>
        {payment === null ? 'Your credit is added within a minute.' : <ArrivingCredit payment={payment} />}
      </EmptyState>
    </>
  )
}

/** Shows that the person did not pay. */
export function PaymentCanceledPage() {
  const [payment] = useState(rememberedPayment)
  return (
    <>
      <PageHeading title="Payment">Payment</PageHeading>
      <EmptyState title="No payment made" action={<ToUsage org={payment?.org ?? null} />}>
        You left the payment page. Nothing was charged.
      </EmptyState>
    </>
  )
}

function ToUsage({ org }: { readonly org: string | null }) {
  const known = useOrganization(org ?? '')
  if (known === undefined)
    return (
      <Link to="/" className={buttonClass()}>
        Go to your organization
      </Link>
    )
  return (
    <Link to="/$org/usage" params={{ org: known.slug }} className={buttonClass()}>
      Go to the usage of {known.name}
    </Link>
  )
}

const waitMs = 60_000
const pollMs = 2000

/**
 * Waits up to a minute for the credit, and shows the new balance. Credit that arrives later is not
 * an error.
 */
function ArrivingCredit({ payment: { org, newestBefore } }: { readonly payment: BegunPayment }) {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), waitMs)
    return () => clearTimeout(timer)
  }, [])
  const { data: entry } = useQuery({
    ...newestTopUpQuery(org),
    refetchInterval: ({ state }) => (isLate || isNew(state.data, newestBefore) ? false : pollMs),
  })
  const balance = useQuery({ ...balanceQuery(org), enabled: isNew(entry, newestBefore), staleTime: 0 })
  if (entry != null && isNew(entry, newestBefore))
    return (
      <p role="status">
        {formatCents(entry.amount_cents)} added. The balance is {formatCents(balance.data?.balance_cents)}.
      </p>
    )
  return (
    <p role="status">
      {isLate
        ? 'Payment received. The credit appears in the ledger as soon as the payment provider confirms it.'
        : 'Waiting for the payment provider to confirm the payment…'}
    </p>
  )
}

function isNew(entry: { readonly id: string } | null | undefined, newestBefore: string | null): boolean {
  return entry != null && entry.id !== newestBefore
}
