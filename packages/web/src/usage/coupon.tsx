import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSubmit } from '../api/use-submit.ts'
import { Button } from '../design/button.tsx'
import { Field } from '../design/field.tsx'
import { ProblemNote } from '../design/problems.tsx'
import { formatCents } from '../text/money.ts'
import { redeemCoupon } from './payment.ts'

/** The field's message for a refused coupon (web U5). */
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
  const redeem = useSubmit(async () => {
    const redeemed = await redeemCoupon(queries, org, code)
    setCode('')
    return redeemed
  })
  const { data: redeemed, error } = redeem
  const refusal = refusals[redeem.problem?.code ?? '']
  return (
    <form onSubmit={redeem.submit} className="flex min-w-60 flex-1 flex-col gap-3">
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
      {redeemed !== undefined && (
        <p role="status">
          {formatCents(redeemed.credit_cents)} added. The balance is {formatCents(redeemed.balance_cents)}.
        </p>
      )}
      <div>
        <Button type="submit" disabled={redeem.isBusy}>
          Redeem
        </Button>
      </div>
    </form>
  )
}
