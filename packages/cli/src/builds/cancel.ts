import { isEnded, waitForBuild } from '@harmont/cloud'
import { exits } from '../errors.ts'
import { buildAddress } from '../server/address.ts'
import { signedIn } from '../server/session.ts'

/** `hm cancel` on the server: asks, then waits for the end; a build that has ended is left as it is. */
export const cancelOnServer = signedIn<'cancel'>(async (context, session) => {
  const { args, flags, output, ask, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  const { client } = session
  const build = await client.getBuild(address, { signal })
  if (isEnded(build)) {
    output.say(`build #${build.number} has already ended: ${build.state}`)
    return exits.ok
  }
  const named = `build #${build.number} of ${address.org}/${address.pipeline}`
  if (!(await ask.confirm({ message: `Cancel ${named} (${build.state})?`, flag: '--yes' }))) {
    output.say(`${named} was not canceled`)
    return exits.ok
  }
  await client.cancelBuild(address, { signal })
  const { state } = await waitForBuild(client, address, { signal })
  output.say(`${named}: ${state}`)
  return exits.ok
})
