import { exits } from '../errors.ts'
import { signedIn } from '../server/session.ts'
import { dollars } from './cents.ts'

/** `hm billing balance`. */
export const run = signedIn<'billing balance'>(async ({ output, global, signal }, { client, org }) => {
  const balance = await client.getBillingBalance({ org: await org() }, { signal })
  if (global.json) await output.json(balance)
  else await output.print(dollars(balance.balance_cents))
  return exits.ok
})
