import { exits } from '../errors.ts'
import { signedIn } from '../server/session.ts'

/** `hm token create`: the key alone is on stdout, so that it can be piped; it is shown this once. */
export const run = signedIn<'token create'>(async ({ output, args, global, signal }, { client }) => {
  const made = await client.createApiToken({ body: { description: args.name } }, { signal })
  if (global.json) await output.json(made)
  else {
    output.say('this key is shown once:')
    await output.print(made.token)
  }
  return exits.ok
})
