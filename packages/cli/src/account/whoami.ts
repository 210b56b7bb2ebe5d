import { exits } from '../errors.ts'
import { signedIn } from '../server/session.ts'

/** `hm whoami`. */
export const run = signedIn<'whoami'>(async ({ output, global, signal, config }, { client, apiUrl }) => {
  const user = await client.getCurrentUser({}, { signal })
  if (global.json) {
    await output.json({ ...user, api_url: apiUrl, organization: (await config()).get('cloud.org') ?? null })
    return exits.ok
  }
  await output.print(`${user.name ?? user.email} <${user.email}> at ${apiUrl}`)
  return exits.ok
})
