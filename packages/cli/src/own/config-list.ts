import type { Handler } from '../command.ts'
import type { Origin } from '../config/config.ts'
import { settingKeys } from '../config/settings.ts'
import { exits } from '../errors.ts'
import { span } from '../text/span.ts'

/** `hm config list`: key, value and origin, one line each. */
export const run: Handler<'config list'> = async ({ config, global, output }) => {
  const all = await config()
  for (const { file, line, key } of all.unknown)
    output.warn(`${file}${line === undefined ? '' : `:${line}`}: ${key} is no setting of this version`)
  const rows = settingKeys.map((key) => ({ key, value: all.get(key) ?? null, origin: all.origin(key) }))
  if (global.json) await output.json({ data: rows })
  else {
    const keyWidth = Math.max(...rows.map(({ key }) => key.length))
    const valueWidth = Math.max(...rows.map(({ value }) => String(value ?? '').length))
    for (const { key, value, origin } of rows) {
      const shown = String(value ?? '').padEnd(valueWidth)
      await output.print([span(`${key.padEnd(keyWidth)}  ${shown}  `), span(originText(origin), 'dim')])
    }
  }
  return exits.ok
}

function originText({ layer, name, line }: Origin): string {
  return name === undefined ? layer : line === undefined ? name : `${name}:${line}`
}
