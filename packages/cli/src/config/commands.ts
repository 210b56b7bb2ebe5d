import { dirname, join } from 'node:path'
import { suggest } from '../command-line/suggest.ts'
import { quoted } from '../command-line/values.ts'
import type { Handler } from '../context.ts'
import { exits, usageError } from '../errors.ts'
import { printTable } from '../terminal/table.ts'
import type { Origin } from './config.ts'
import { isSettingKey, type SettingKey, settingKeys } from './settings.ts'

/** `hm config list`: prints key, value and origin, one setting per line. */
export const list: Handler<'config list'> = async ({ config, global, output }) => {
  const all = await config()
  for (const { file, line, key } of all.unknown)
    output.warn(`${file}${line === undefined ? '' : `:${line}`}: ${key} is not a setting of this version`)
  const rows = settingKeys.map((key) => ({ key, value: all.get(key) ?? null, origin: all.origin(key) }))
  if (global.json) await output.json({ data: rows })
  else {
    const cells = rows.map(({ key, value, origin }) => [key, String(value ?? ''), originText(origin)])
    await printTable(output, ['SETTING', 'VALUE', 'SOURCE'], cells)
  }
  return exits.ok
}

function originText({ layer, name, line }: Origin): string {
  return name === undefined ? layer : line === undefined ? name : `${name}:${line}`
}

/** `hm config get KEY`: prints the value alone; an empty line if it has none. */
export const get: Handler<'config get'> = async ({ args, config, global, output }) => {
  const key = settingKey(args.key)
  const all = await config()
  const value = all.get(key)
  if (global.json) await output.json({ key, value: value ?? null, origin: all.origin(key) })
  else await output.print(String(value ?? ''))
  return exits.ok
}

/** `hm config set KEY VALUE`: warns if a layer of higher precedence hides the new value. */
export const set: Handler<'config set'> = async ({ args, flags, config, global, output }) => {
  const key = settingKey(args.key)
  const all = await config()
  const file = await all.set(flags.project ? 'project' : 'user', key, args.value)
  if (global.json) await output.json({ key, value: all.get(key) ?? null, origin: all.origin(key), file })
  else output.say(`${key} is set in ${file}`)
  const { layer, name } = all.origin(key)
  const hidden = layer === 'environment' || layer === 'flag' || (layer === 'project' && !flags.project)
  if (hidden) output.warn(`${name} also sets it and takes precedence`)
  return exits.ok
}

/** `hm config path`: prints the paths of the files, whether they exist or not. */
export const path: Handler<'config path'> = async ({ config, cacheDirectory, global, output }) => {
  const { userFile, projectFile } = await config()
  const paths = {
    user: userFile,
    project: projectFile,
    credentials: join(dirname(userFile), 'credentials.toml'),
    cache: cacheDirectory,
  }
  if (global.json) await output.json(paths)
  else for (const [name, path] of Object.entries(paths)) await output.print(`${name.padEnd(11)}  ${path}`)
  return exits.ok
}

/** Returns the setting's key. Throws exit 2 for an unknown key, and suggests the nearest one. */
function settingKey(typed: string): SettingKey {
  if (isSettingKey(typed)) return typed
  const close = suggest(typed, settingKeys)
  throw usageError(
    `${quoted(typed)} is not a setting`,
    close === undefined ? 'hm config list shows them' : `did you mean ${close}?`,
  )
}
