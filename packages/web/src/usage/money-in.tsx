import { Coupon } from './coupon.tsx'
import { Section } from './section.tsx'
import { TopUp } from './top-up.tsx'

interface MoneyInProps {
  readonly org: string
  /** Whether the server is set up for a payment provider. */
  readonly takesPayments: boolean
}

/** How credit comes in: a payment, and a coupon beside it (web U5). */
export function MoneyIn({ org, takesPayments }: MoneyInProps) {
  return (
    <Section title="Add credit">
      <div className="flex max-w-220 flex-wrap gap-x-10 gap-y-6 px-4 pt-2 pb-6">
        {takesPayments && <TopUp org={org} />}
        <Coupon org={org} />
      </div>
    </Section>
  )
}
