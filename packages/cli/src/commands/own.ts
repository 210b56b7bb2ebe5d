import type { Handler } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { version } from '../version.ts'

/** `hm version`: the same line as `hm --version`. */
export const showVersion: Handler<'version'> = async ({ global, output }) => {
  if (global.json) await output.json({ version, node: process.versions.node })
  else await output.print(version)
  return exits.ok
}

/**
 * `hm plugin list`: is always empty. The released client had plugins for backends, which are built
 * in here.
 */
export const listPlugins: Handler<'plugin list'> = async ({ global, output }) => {
  if (global.json) await output.json({ data: [] })
  else output.say('hm has no plugins: local and cloud runs are built in')
  return exits.ok
}

/**
 * `hm artifact list` and `hm artifact get`: exit 7 without a call to a server, until steps can
 * leave artifacts.
 */
export const artifacts: Handler<'artifact list' | 'artifact get'> = async () => {
  throw new HmError(exits.refused, 'operation_missing', 'artifacts are not supported yet', {
    fix: 'hm exec STEP cat FILE prints a file that a step left, while its file system is kept',
  })
}
