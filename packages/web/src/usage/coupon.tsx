import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { ApiProblem } from '../api/problem.ts'
import type { Schema } from '../api/schemas.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { formatCents } from '../text/money.ts'
import { redeemCoupon } from './payment.ts'

/** What the field says about a refused coupon (web U5). */
const refusals: Readonly<Record<string, string>> = {
  coupon_not_found: 'Unknown coupon code. Case does not matter.',
  coupon_expired: 'This coupon is no longer valid.',
  coupon_exhausted: 'This coupon has reached its limit.',
  coupon_already_claimed: 'This organization has already redeemed this coupon.',
}

/** Redeems a coupon and shows the new balance. */
export function Coupon({ org }: { readonly org: string }) {
  const queries = useQueryClient()
  const [code, setCode] = useState('')
  const [redeemed, setRedeemed] = useState<Schema<'RedeemCouponResponse'> | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    setRedeemed(null)
    try {
      setRedeemed(await redeemCoupon(queries, org, code))
      setCode('')
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  const refusal = error instanceof ApiProblem ? refusals[error.problem.code ?? ''] : undefined
  return (
    <form onSubmit={submit} className="flex min-w-60 flex-1 flex-col gap-3">
      <Field
        label="Coupon"
        required
        autoComplete="off"
        spellCheck={false}
        maxLength={255}
        value={code}
        onChange={({ target }) => setCode(target.value)}
        problem={refusal}
      />
      {refusal === undefined && <ProblemNote error={error} />}
      {redeemed !== null && (
        <p role="status">
          {formatCents(redeemed.credit_cents)} added. The balance is {formatCents(redeemed.balance_cents)}.
        </p>
      )}
      <div>
        <Button type="submit" disabled={isBusy}>
          Redeem
        </Button>
      </div>
    </form>
  )
}
