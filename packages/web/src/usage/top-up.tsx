import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Intention } from '../api/idempotency.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { readAmount, usualDollars } from './credit.ts'
import { beginCheckout, rememberPayment } from './payment.ts'
import { newestTopUpQuery } from './queries.ts'

const rule = 'From $1 to $10,000, in US dollars.'

/** Opens the payment provider's page for an amount (web U5). */
export function TopUp({ org }: { readonly org: string }) {
  const queries = useQueryClient()
  const [amount, setAmount] = useState('')
  const [isWrong, setWrong] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const [intention] = useState(() => new Intention())
  const choose = (text: string) => {
    setAmount(text)
    setWrong(false)
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const cents = readAmount(amount)
    setWrong(cents === null)
    if (cents === null) return
    setBusy(true)
    setError(null)
    try {
      const newest = await queries.fetchQuery({ ...newestTopUpQuery(org), staleTime: 0 })
      const address = await intention.send(cents, (key) => beginCheckout(org, cents, key))
      rememberPayment({ org, newestBefore: newest?.id ?? null })
      location.assign(address)
    } catch (thrown) {
      setError(thrown)
      setBusy(false)
    }
  }
  return (
    <form onSubmit={submit} noValidate className="flex min-w-60 flex-1 flex-col gap-3">
      <Field
        label="Top up"
        inputMode="decimal"
        autoComplete="off"
        value={amount}
        onChange={({ target }) => choose(target.value)}
        hint={rule}
        problem={isWrong ? 'Enter an amount such as 25 or 12.50.' : null}
      />
      <div className="flex flex-wrap gap-2">
        <UsualAmounts amount={amount} onChoose={choose} />
        <Button type="submit" look="primary" disabled={isBusy}>
          Go to payment
        </Button>
      </div>
      <ProblemNote error={error} />
    </form>
  )
}

interface UsualAmountsProps {
  readonly amount: string
  readonly onChoose: (amount: string) => void
}

function UsualAmounts({ amount, onChoose }: UsualAmountsProps) {
  return usualDollars.map((dollars) => (
    <Button key={dollars} aria-pressed={amount === String(dollars)} onClick={() => onChoose(String(dollars))}>
      ${dollars}
    </Button>
  ))
}
