import { exits, usageError } from '../errors.ts'
import { openBrowser } from '../server/browser.ts'
import { signedIn } from '../server/session.ts'

/** `hm billing topup`: the address of the checkout is on stdout. */
export const run = signedIn<'billing topup'>(async (context, { client, org }) => {
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
