import { exits } from '../errors.ts'
import { signedIn } from '../server/session.ts'
import { dollars } from './cents.ts'

/** `hm billing redeem`. */
export const run = signedIn<'billing redeem'>(async ({ output, args, global, signal }, { client, org }) => {
  const redeemed = await client.redeemCoupon({ org: await org(), body: { code: args.code } }, { signal })
  if (global.json) await output.json(redeemed)
  else output.say(`${dollars(redeemed.credit_cents)} added; the balance is ${dollars(redeemed.balance_cents)}`)
  return exits.ok
})
