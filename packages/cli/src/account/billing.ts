import { allPages } from '@harmont/cloud'
import { exits, usageError } from '../errors.ts'
import { openBrowser } from '../server/browser.ts'
import { signedIn } from '../server/session.ts'
import { minute, printFacts, printTable } from '../terminal/table.ts'

/** `hm billing balance`. */
export const balance = signedIn<'billing balance'>(async ({ output, global, signal }, { client, org }) => {
  const balance = await client.getBillingBalance({ org: await org() }, { signal })
  if (global.json) await output.json(balance)
  else await output.print(dollars(balance.balance_cents))
  return exits.ok
})

/** `hm billing transactions`: prints transactions, newest first. */
export const transactions = signedIn<'billing transactions'>(
  async ({ output, flags, global, signal }, { client, org }) => {
    const slug = await org()
    const from = flags.from === undefined ? Number.NEGATIVE_INFINITY : startOf(flags.from, '--from')
    const to = flags.to === undefined ? Number.POSITIVE_INFINITY : startOf(flags.to, '--to') + 24 * 3600_000
    const all = allPages((page) => client.listBillingTransactions({ org: slug, ...page }, { signal }))
    const data = await Array.fromAsync(
      within(all, ({ created_at }) => Date.parse(created_at), { from, to, limit: flags.limit }),
    )
    if (global.json) await output.json({ data })
    else {
      const rows = data.map((entry) => [
        minute(entry.created_at),
        dollars(entry.amount_cents),
        entry.source,
        entry.description ?? '',
      ])
      await printTable(output, ['WHEN', 'AMOUNT', 'WHAT', 'NOTE'], rows)
    }
    return exits.ok
  },
)

const dayMs = 24 * 3600_000
const defaultDays = 30

/** `hm billing usage`: counts whole UTC days, by default the last 30. */
export const usage = signedIn<'billing usage'>(async ({ output, flags, global, signal }, { client, org }) => {
  const to = flags.to ?? dayOf(Date.now())
  const from = flags.from ?? dayOf(startOf(to, '--to') - (defaultDays - 1) * dayMs)
  // Checked locally, because the server's error does not name the flag.
  startOf(from, '--from')
  const usage = await client.getBillingUsage({ org: await org(), from, to }, { signal })
  if (global.json) await output.json({ from, to, ...usage })
  else
    await printFacts(output, [
      ['window', `${from} to ${to}`],
      ['cost', dollars(usage.total_cents)],
      ['CPU', hours(usage.cpu_seconds)],
      ['memory', `${hours(usage.memory_gb_seconds)} of 1 GB`],
      ['disk', `${hours(usage.disk_gb_seconds)} of 1 GB`],
      // Absent in responses of older servers.
      ...(usage.artifact_gb_days === undefined ? [] : [['artifacts', gbDays(usage.artifact_gb_days)] as const]),
    ])
  return exits.ok
})

function gbDays(amount: number): string {
  return `${amount.toFixed(amount < 10 ? 2 : 0)} GB-days`
}

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(2)} h`
}

/** `hm billing topup`: prints the address of the checkout on stdout. */
export const topUp = signedIn<'billing topup'>(async (context, { client, org }) => {
  const { args, flags, output, global, signal } = context
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(args.amount))
    throw usageError(`the amount is in US dollars, such as 25 or 12.50; got ${JSON.stringify(args.amount)}`)
  const body = { amount_cents: Math.round(Number(args.amount) * 100) }
  const checkout = await client.createCheckout({ org: await org(), body }, { signal })
  if (global.json) await output.json(checkout)
  else await output.print(checkout.checkout_url)
  if (!flags.noBrowser && !global.json && !(await openBrowser(checkout.checkout_url, context)))
    output.warn('could not open a browser')
  return exits.ok
})

/** `hm billing redeem`. */
export const redeem = signedIn<'billing redeem'>(async ({ output, args, global, signal }, { client, org }) => {
  const redeemed = await client.redeemCoupon({ org: await org(), body: { code: args.code } }, { signal })
  if (global.json) await output.json(redeemed)
  else output.say(`${dollars(redeemed.credit_cents)} added; the balance is ${dollars(redeemed.balance_cents)}`)
  return exits.ok
})

/** Formats an amount as `12.34 USD` or `-0.05 USD`. */
function dollars(cents: number): string {
  return `${cents < 0 ? '-' : ''}${(Math.abs(cents) / 100).toFixed(2)} USD`
}

/**
 * Returns the Unix milliseconds at which a UTC day starts. Throws exit 2 for anything but a date.
 */
function startOf(date: string, flag: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at) || dayOf(at) !== date)
    throw usageError(`${flag} must be a date such as 2026-01-31; got ${JSON.stringify(date)}`)
  return at
}

/** `YYYY-MM-DD`, UTC. */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

interface Window {
  readonly from: number
  /** Exclusive. */
  readonly to: number
  readonly limit: number | undefined
}

/**
 * Yields the items of a time window from a list sorted newest first. Does not request pages older
 * than the window.
 */
async function* within<T>(
  items: AsyncIterable<T>,
  at: (item: T) => number,
  { from, to, limit = Number.POSITIVE_INFINITY }: Window,
): AsyncGenerator<T> {
  let given = 0
  for await (const item of items) {
    if (given >= limit || at(item) < from) return
    if (at(item) >= to) continue
    given += 1
    yield item
  }
}
