import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { settingKey } from './setting-key.ts'

/** `hm config set KEY VALUE`; says so when a stronger layer hides what was written. */
export const run: Handler<'config set'> = async ({ args, flags, config, output }) => {
  const key = settingKey(args.key)
  const all = await config()
  const file = await all.set(flags.project ? 'project' : 'user', key, args.value)
  output.say(`${key} is set in ${file}`)
  const { layer, name } = all.origin(key)
  const hidden = layer === 'environment' || layer === 'flag' || (layer === 'project' && !flags.project)
  if (hidden) output.warn(`${name} also sets it and takes precedence`)
  return exits.ok
}
