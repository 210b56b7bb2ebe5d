import { buildAddress } from '../server/address.ts'
import { signedIn } from '../server/session.ts'
import { watchBuild } from './watch-build.ts'

/** `hm build watch`: exits as the build does; Ctrl-C leaves it running. */
export const run = signedIn<'build watch'>(async (context, session) => {
  const { args, flags, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  const build = await session.client.getBuild(address, { signal })
  return watchBuild(context, session, address, { build, onInterrupt: 'leave' })
})
