import type { Handler } from '../command.ts'
import { exits, HmError, usageError } from '../errors.ts'

/** `hm run`: here, or on the server. */
export const run: Handler<'run'> = async (context) => {
  const { flags } = context
  if (flags.cloud && flags.backend !== undefined && flags.backend !== 'cloud')
    throw usageError(`--cloud and --backend ${flags.backend} exclude each other`)
  const wanted = flags.cloud ? 'cloud' : (flags.backend ?? (await context.config()).get('backend'))
  if (wanted === 'cloud')
    throw new HmError(exits.unavailable, 'no_cloud_runs', 'this version of hm runs nothing on a server', {
      fix: 'hm run',
    })
  const { runLocal } = await import('../local/run-local.ts')
  return runLocal(context)
}
