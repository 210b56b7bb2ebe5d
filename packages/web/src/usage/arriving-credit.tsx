import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { formatCents } from '../text/money.ts'
import type { BegunPayment } from './payer.ts'
import { balanceQuery, newestTopUpQuery } from './queries.ts'

const waitMs = 60_000
const pollMs = 2000

/** Waits up to a minute for the credit of a payment, and shows the new balance; after that it is still on its way, and no error. */
export function ArrivingCredit({ payment: { org, newestBefore } }: { readonly payment: BegunPayment }) {
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
