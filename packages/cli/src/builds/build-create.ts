import { pipelineAddress } from '../server/address.ts'
import { signedIn } from '../server/session.ts'
import { createBuild } from './create-build.ts'

/** `hm build create`. */
export const run = signedIn<'build create'>(async (context, session) => {
  const { flags } = context
  const env = Object.fromEntries(flags.env.map(({ name, value }) => [name, value]))
  const address = await pipelineAddress(context, session, flags.pipeline)
  return createBuild(context, session, address, { ...flags, file: flags.ir, fileFlag: '--ir', env })
})
