import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
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
