import { suggest } from '../command-line/suggest.ts'
import { quoted } from '../command-line/values.ts'
import { usageError } from '../errors.ts'
import { isSettingKey, type SettingKey, settingKeys } from './settings.ts'

/** Throws exit 2, with the nearest key, for what is none. */
export function settingKey(typed: string): SettingKey {
  if (isSettingKey(typed)) return typed
  const close = suggest(typed, settingKeys)
  throw usageError(
    `${quoted(typed)} is not a setting`,
    close === undefined ? 'hm config list shows them' : `did you mean ${close}?`,
  )
}
