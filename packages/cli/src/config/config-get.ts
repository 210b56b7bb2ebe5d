import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { settingKey } from './setting-key.ts'

/** `hm config get KEY`: the value alone; an empty line where none is set. */
export const run: Handler<'config get'> = async ({ args, config, global, output }) => {
  const key = settingKey(args.key)
  const all = await config()
  const value = all.get(key)
  if (global.json) await output.json({ key, value: value ?? null, origin: all.origin(key) })
  else await output.print(String(value ?? ''))
  return exits.ok
}
