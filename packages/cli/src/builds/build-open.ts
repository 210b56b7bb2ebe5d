import { exits } from '../errors.ts'
import { buildAddress, buildUrl } from '../server/address.ts'
import { openBrowser } from '../server/browser.ts'
import { signedIn } from '../server/session.ts'

/** `hm build open`: the address is on stdout too, where no browser can be started. */
export const run = signedIn<'build open'>(async (context, session) => {
  const { args, flags, output, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  await session.client.getBuild(address, { signal })
  const url = buildUrl(session.appUrl, address)
  await output.print(url)
  if (!(await openBrowser(url, context))) output.warn('could not open a browser')
  return exits.ok
})
