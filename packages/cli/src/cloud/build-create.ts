import { pipelineAddress } from './address.ts'
import { createBuild } from './create-build.ts'
import { signedIn } from './session.ts'

/** `hm build create`. */
export const run = signedIn<'build create'>(async (context, session) => {
  const { flags } = context
  const env = Object.fromEntries(flags.env.map(({ name, value }) => [name, value]))
  const address = await pipelineAddress(context, session, flags.pipeline)
  return createBuild(context, session, address, { ...flags, file: flags.ir, fileFlag: '--ir', env })
})
