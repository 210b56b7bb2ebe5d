import type { Handler } from '../command.ts'
import { usageError } from '../errors.ts'
import { refuseUnbuilt } from './refuse-unbuilt.ts'

/** `hm run`: here, or on the server. */
export const run: Handler<'run'> = async (context) => {
  const { flags } = context
  refuseUnbuilt(flags)
  if (flags.cloud && flags.backend !== undefined && flags.backend !== 'cloud')
    throw usageError(`--cloud and --backend ${flags.backend} exclude each other`)
  const wanted = flags.cloud ? 'cloud' : (flags.backend ?? (await context.config()).get('backend'))
  if (wanted === 'cloud') {
    const { runCloud } = await import('../cloud/run-cloud.ts')
    return runCloud(context)
  }
  const { runLocal } = await import('../local/run-local.ts')
  return runLocal(context)
}
