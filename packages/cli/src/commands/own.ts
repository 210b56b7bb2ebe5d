import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { version } from '../version.ts'

/** `hm version`: prints the same line as `hm --version`. */
export const showVersion: Handler<'version'> = async ({ global, output }) => {
  if (global.json) await output.json({ version, node: process.versions.node })
  else await output.print(version)
  return exits.ok
}

/**
 * `hm plugin list`: always prints an empty list. The previous client had backend plugins; hm has
 * built-in backends.
 */
export const listPlugins: Handler<'plugin list'> = async ({ global, output }) => {
  if (global.json) await output.json({ data: [] })
  else output.say('hm has no plugins: local and cloud runs are built in')
  return exits.ok
}
