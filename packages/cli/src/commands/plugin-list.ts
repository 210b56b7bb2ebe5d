import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'

/** `hm plugin list`: the released client had plugins for places to run; here those are part of `hm`, and nothing can be installed. */
export const run: Handler<'plugin list'> = async ({ global, output }) => {
  if (global.json) await output.json({ data: [] })
  else output.say('hm has no plugins: local and cloud runs are built in')
  return exits.ok
}
