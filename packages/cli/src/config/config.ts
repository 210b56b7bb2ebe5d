import type { SettingKey, Settings } from './settings.ts'

/** Where a value came from. */
export interface Origin {
  readonly layer: 'default' | 'user' | 'project' | 'environment' | 'flag'
  /** The file (absolute), the variable or the flag; nothing for a default. */
  readonly name?: string
  /** Of a file, from 1. */
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
   * Writes one setting into a file and leaves everything else in it alone; gives the file.
   * Rejects with exit 2 for a value that the key cannot have.
   */
  set(layer: 'user' | 'project', key: SettingKey, value: string): Promise<string>
}

export interface UnknownKey {
  readonly file: string
  readonly line: number | undefined
  readonly key: string
}
