import { exits } from '../errors.ts'
import { buildAddress, buildUrl } from '../server/address.ts'
import { signedIn } from '../server/session.ts'
import { isDetached, watchBuild } from './watch-build.ts'

/** `hm rebuild`. */
export const run = signedIn<'rebuild'>(async (context, session) => {
  const { args, flags, output, global, signal } = context
  const address = await buildAddress(context, session, { pipeline: flags.pipeline, build: args.build })
  const env = Object.fromEntries(flags.env.map(({ name, value }) => [name, value]))
  const build = await session.client.rebuildBuild({ ...address, body: { env } }, { signal })
  const made = { ...address, number: build.number }
  if (!(await isDetached(context, flags.detach)))
    return watchBuild({ ...context, flags: {} }, session, made, { build, onInterrupt: 'cancel' })
  if (global.json) await output.json(build)
  else await output.print(`#${build.number} ${buildUrl(session.appUrl, made)}`)
  return exits.ok
})
