import { exits } from '../errors.ts'
import { signedIn } from '../server/session.ts'

/** `hm token revoke`. */
export const run = signedIn<'token revoke'>(async ({ output, args, signal }, { client }) => {
  await client.revokeApiToken({ id: args.id }, { signal })
  output.say(`revoked key ${args.id}`)
  return exits.ok
})
