import { exits } from '../errors.ts'
import { signedIn } from '../server/session.ts'
import { printFacts } from '../terminal/table.ts'
import { dollars } from './cents.ts'
import { dayOf, startOf } from './days.ts'

const dayMs = 24 * 3600_000
const defaultDays = 30

/** `hm billing usage`: whole UTC days, the last 30 unless said otherwise. */
export const run = signedIn<'billing usage'>(async ({ output, flags, global, signal }, { client, org }) => {
  const to = flags.to ?? dayOf(Date.now())
  const from = flags.from ?? dayOf(startOf(to, '--to') - (defaultDays - 1) * dayMs)
  // For its complaint: the server's would name no flag.
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
    ])
  return exits.ok
})

function hours(seconds: number): string {
  return `${(seconds / 3600).toFixed(2)} h`
}
