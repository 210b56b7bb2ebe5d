import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { version } from '../version.ts'

/** `hm version`: the same line as `hm --version`. */
export const run: Handler<'version'> = async ({ global, output }) => {
  if (global.json) await output.json({ version, node: process.versions.node })
  else await output.print(version)
  return exits.ok
}
