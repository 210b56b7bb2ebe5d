import type { Context, Handler } from '../context.ts'
import { usageError } from '../errors.ts'
import { refuseUnbuilt } from './refuse-unbuilt.ts'

/** `hm run`: here, or on the server. */
export const run: Handler<'run'> = async (context) => {
  const { flags } = context
  refuseUnbuilt(flags)
  if (flags.cloud && flags.backend !== undefined && flags.backend !== 'cloud')
    throw usageError(`--cloud and --backend ${flags.backend} cannot be used together`)
  const wanted = flags.cloud ? 'cloud' : (flags.backend ?? (await context.config()).get('backend'))
  if (wanted === 'cloud') {
    const { runCloud } = await import('../builds/run-cloud.ts')
    return runCloud(context)
  }
  if (flags.watch) {
    refuseOnce(flags)
    const { run: watch } = await import('../runs/watch.ts')
    return watch({ ...context })
  }
  const { runLocal } = await import('../runs/run-local.ts')
  return runLocal(context)
}

/** Throws exit 2 for flags that are about one run. */
function refuseOnce(flags: Context<'run'>['flags']): void {
  const once = { '--dry-run': flags.dryRun, '--shell-on-failure': flags.shellOnFailure, '--detach': flags.detach }
  for (const [flag, isGiven] of Object.entries(once))
    if (isGiven) throw usageError(`--watch and ${flag} cannot be used together`)
}
