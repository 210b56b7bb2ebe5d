import { stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { parse as parseForEditing, patch } from '@decimalturn/toml-patch'
import { parse } from 'smol-toml'
import { exits, HmError } from '../errors.ts'
import { replaceFile } from './replace-file.ts'
import type { SettingKey, SettingValue } from './settings.ts'
import { isTable, readTomlFile, valueAt } from './toml-file.ts'

/** The text with one value changed or added; comments, order and everything else are as they were. Throws where that cannot be. */
export function withSetting(text: string, path: string, value: SettingValue): string {
  const document: unknown = parseForEditing(text)
  if (!isTable(document)) throw new TypeError('TOML is a table')
  assign(document, path.split('.'), value, () => ({}))
  const changed = patch(text, document)
  const wanted = parse(text)
  // This reader's tables have no prototype.
  assign(wanted, path.split('.'), value, () => parse(''))
  // A second reader judges the edit: a file of the user's is never written wrong.
  if (!isDeepStrictEqual(parse(changed), wanted))
    throw new Error(`the file cannot be edited at ${path} without changing more`)
  return changed
}

type Table = Record<string, unknown>

function assign(document: Table, path: readonly string[], value: SettingValue, empty: () => Table): void {
  const [first = '', ...others] = path
  if (others.length === 0) document[first] = value
  else {
    const inner = document[first]
    if (isTable(inner)) assign(inner, others, value, empty)
    else {
      const table = empty()
      document[first] = table
      assign(table, others, value, empty)
    }
  }
}

/** Writes one setting; the user's own file is for its owner only. Gives the file. */
export async function writeSetting(
  file: string,
  layer: 'user' | 'project',
  key: SettingKey,
  value: SettingValue,
): Promise<string> {
  const { text, document } = await readTomlFile(file)
  const path = key === 'backend' && isTable(valueAt(document, 'backend')) ? 'backend.type' : key
  try {
    const fresh = layer === 'user' ? 0o600 : 0o644
    const mode = text === '' ? fresh : (await stat(file)).mode & 0o777
    await replaceFile(file, withSetting(text, path, value), { file: mode, directory: layer === 'user' ? 0o700 : 0o755 })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new HmError(exits.usage, 'config_unwritable', `${key} could not be written to ${file}: ${why}`, {
      fix: `edit ${file}`,
      cause: error,
    })
  }
  return file
}
