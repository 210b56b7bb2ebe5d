import { commands } from '../commands.ts'
import type { Context } from '../context.ts'
import { HmError } from '../errors.ts'

/** Asks whether to sign in, where nobody is; `hm run` works without. */
export async function offerSignIn(context: Context<'init'>): Promise<void> {
  const login = commands.find(({ name }) => name === 'login')
  if (login === undefined) return
  const config = await context.config()
  const apiUrl = config.get('cloud.api_url')
  if ((await (await context.credentials()).token(apiUrl)) !== undefined) return
  const wanted = await context.ask.confirm({
    message: `Sign in to ${apiUrl}, to run it there too?`,
    default: false,
    flag: '--yes',
  })
  if (!wanted) return
  const { run } = await login.load()
  try {
    await run({ ...context, args: {}, flags: { paste: false, token: false } } as never)
  } catch (error) {
    // The pipeline is written; who did not get in can do so later.
    if (!(error instanceof HmError) || context.signal.aborted) throw error
    context.output.warn(`${error.message}; to try again: hm login`)
  }
}
