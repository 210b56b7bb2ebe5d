import { allPages } from '@harmont/cloud'
import { exits } from '../errors.ts'
import { collect } from '../server/collect.ts'
import { signedIn } from '../server/session.ts'
import { minute, printTable } from '../terminal/table.ts'
import { dollars } from './cents.ts'
import { startOf, within } from './days.ts'

/** `hm billing transactions`: newest first. */
export const run = signedIn<'billing transactions'>(async ({ output, flags, global, signal }, { client, org }) => {
  const slug = await org()
  const from = flags.from === undefined ? Number.NEGATIVE_INFINITY : startOf(flags.from, '--from')
  const to = flags.to === undefined ? Number.POSITIVE_INFINITY : startOf(flags.to, '--to') + 24 * 3600_000
  const all = allPages((page) => client.listBillingTransactions({ org: slug, ...page }, { signal }))
  const data = await collect(within(all, ({ created_at }) => Date.parse(created_at), { from, to, limit: flags.limit }))
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
})
