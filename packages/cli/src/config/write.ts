import { stat } from 'node:fs/promises'
import { exits, HmError } from '../errors.ts'
import { replaceFile } from './replace-file.ts'
import type { SettingKey, SettingValue } from './settings.ts'
import { withSetting } from './toml-edit.ts'
import { isTable, readTomlFile, valueAt } from './toml-file.ts'

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
    throw new HmError(exits.usage, 'config_unwritable', `could not write ${path} to ${file}: ${why}`, {
      fix: `edit ${file}`,
      cause: error,
    })
  }
  return file
}
