/** Where a value came from: the name of a file, of a variable or of a flag, or `default`. */
export interface Origin {
  readonly layer: 'default' | 'user' | 'project' | 'environment' | 'flag'
  /** The file (absolute), the variable or the flag. */
  readonly name?: string
  /** Of a file, from 1. */
  readonly line?: number
}

/** All settings of sdk-cli.md 5.3; the last layer that has one wins. */
export interface Settings {
  readonly backend: 'local' | 'cloud'
  readonly 'cloud.org': string | undefined
  /** Without a trailing slash. */
  readonly 'cloud.api_url': string
  /** Server slug that this project submits to. */
  readonly 'cloud.pipeline': string | undefined
  readonly default_pipeline: string | undefined
  readonly 'sandbox.driver': string | undefined
  readonly 'sandbox.image_fallback': 'none' | 'host'
  readonly 'preferences.format': 'human' | 'json'
  readonly 'preferences.auto_watch': boolean
  readonly 'cache.max_gb': number
}

export type SettingKey = keyof Settings

export interface Config {
  get<K extends SettingKey>(key: K): Settings[K]
  origin(key: SettingKey): Origin
  /** Base of the web application for links: `HM_APP_URL`, else api.X becomes app.X, else the API's own base. */
  readonly appUrl: string
  readonly userFile: string
  readonly projectFile: string
  /** Writes one setting into a file and leaves everything else in it alone. Rejects with exit 2 for a value that the key cannot have. */
  set(layer: 'user' | 'project', key: SettingKey, value: string): Promise<void>
}
