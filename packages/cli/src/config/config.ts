import type { SettingKey, Settings } from './settings.ts'

/** The origin of a value. */
export interface Origin {
  readonly layer: 'default' | 'user' | 'project' | 'environment' | 'flag'
  /** The file (absolute), the variable or the flag; nothing for a default. */
  readonly name?: string
  /** The line in the file, from 1. */
  readonly line?: number
}

/** The settings as all layers together say (cli.md 3). */
export interface Config {
  get<K extends SettingKey>(key: K): Settings[K]
  origin(key: SettingKey): Origin
  /**
   * Base of the web application for links: `HM_APP_URL`, else api.X becomes app.X, else the API's
   * own base.
   */
  readonly appUrl: string
  readonly userFile: string
  readonly projectFile: string
  /** Keys of files that mean nothing to this version, most often slips. */
  readonly unknown: readonly UnknownKey[]
  /**
   * Writes one setting, keeps the rest of the file, and returns the file. Rejects with exit 2 for
   * an invalid value.
   */
  set(layer: 'user' | 'project', key: SettingKey, value: string): Promise<string>
}

export interface UnknownKey {
  readonly file: string
  readonly line: number | undefined
  readonly key: string
}
