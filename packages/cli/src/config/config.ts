import type { SettingKey, Settings } from './settings.ts'

/** The origin of a value. */
export interface Origin {
  readonly layer: 'default' | 'user' | 'project' | 'environment' | 'flag'
  /** The file (absolute), the variable or the flag; undefined for a default. */
  readonly name?: string
  /** The line number in the file, from 1. */
  readonly line?: number
}

/** The settings merged from all layers (cli.md 3). */
export interface Config {
  get<K extends SettingKey>(key: K): Settings[K]
  origin(key: SettingKey): Origin
  /**
   * Base URL of the web application for links: `HM_APP_URL`; otherwise api.X becomes app.X;
   * otherwise the API's own base.
   */
  readonly appUrl: string
  readonly userFile: string
  readonly projectFile: string
  /** Keys in files that this version does not know, most often typos. */
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
