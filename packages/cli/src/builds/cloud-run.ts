import { signedIn } from '../server/session.ts'
import { createBuild } from './create-build.ts'

const prefix = 'HM_RUN_ENV_'

/** `hm cloud run`, as the released client has it: variables come from `HM_RUN_ENV_*`. */
export const run = signedIn<'cloud run'>(async (context, session) => {
  const { flags, args } = context
  const env = Object.fromEntries(
    Object.entries(context.env).flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== undefined ? [[name.slice(prefix.length), value]] : [],
    ),
  )
  const address = { org: await session.org(), pipeline: args.pipeline }
  return createBuild(context, session, address, { ...flags, file: flags.planFile, fileFlag: '--plan-file', env })
})
