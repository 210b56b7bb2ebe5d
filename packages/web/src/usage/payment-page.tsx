import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useOrganization } from '../api/session.ts'
import { buttonClass } from '../design/button.tsx'
import { PageHeading } from '../design/page-heading.tsx'
import { EmptyState } from '../design/page-states.tsx'
import { ArrivingCredit } from './arriving-credit.tsx'
import { rememberedPayment } from './payer.ts'

/** Where the payment provider sends back to after a payment. What counts is its signed message to the server, which is seconds behind. */
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

/** Where the payment provider sends back to whoever did not pay. */
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
