import type { Handler } from '../context.ts'
import { exits } from '../errors.ts'
import { printTable } from '../terminal/table.ts'
import type { Origin } from './config.ts'
import { settingKeys } from './settings.ts'

/** `hm config list`: key, value and origin, one line each. */
export const run: Handler<'config list'> = async ({ config, global, output }) => {
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
