import { join } from 'node:path'
import { quoted } from '../command-line/values.ts'
import { exits, HmError, usageError } from '../errors.ts'
import type { Config, Origin, UnknownKey } from './config.ts'
import {
  isSettingKey,
  readBase,
  type SettingKey,
  type Settings,
  type SettingValue,
  settingKeys,
  settings,
  variablesOf,
} from './settings.ts'
import { fileError, isTable, readTomlFile, type TomlFile, valueAt } from './toml-file.ts'
import { lineOf } from './toml-lines.ts'

type Env = Readonly<Record<string, string | undefined>>

export interface ConfigSources {
  readonly userDirectory: string
  readonly projectDirectory: string
  readonly env: Env
  /** Values by flag: `--org`. */
  readonly flags: Readonly<Record<string, string | undefined>>
}

interface Found {
  readonly value: SettingValue
  readonly origin: Origin
}

/**
 * Reads all layers. Rejects with exit 2 for a malformed file or value, naming file, line and key.
 */
export async function loadConfig({ userDirectory, projectDirectory, env, flags }: ConfigSources): Promise<Config> {
  const userFile = join(userDirectory, 'config.toml')
  const projectFile = join(projectDirectory, '.hm', 'config.toml')
  const [user, project] = await Promise.all([readTomlFile(userFile), readTomlFile(projectFile)])
  const found = new Map<SettingKey, Found>()
  for (const key of settingKeys) {
    // Checks all layers, including hidden ones, so that an invalid value is reported at once.
    const layers = [
      fromFile(user, 'user', key),
      fromFile(project, 'project', key),
      fromVariables(env, key),
      fromFlag(flags, key),
    ]
    const last = layers.findLast((layer) => layer !== undefined)
    if (last !== undefined) found.set(key, last)
  }
  // The table `settings` determines each key's type, and `read` accepts only values of that type.
  const get = <K extends SettingKey>(key: K) => (found.get(key)?.value ?? settings[key].default) as Settings[K]
  return {
    get,
    origin: (key) => found.get(key)?.origin ?? { layer: 'default' },
    appUrl: appUrl(env, get('cloud.api_url')),
    userFile,
    projectFile,
    unknown: [...unknownKeys(user), ...unknownKeys(project)],
    async set(layer, key, text) {
      const value = settings[key].read(text)
      if (value === undefined) throw invalid(key, text)
      const { writeSetting } = await import('./write-setting.ts')
      return writeSetting(layer === 'user' ? userFile : projectFile, layer, key, value)
    },
  }
}

function fromFile(source: TomlFile, layer: 'user' | 'project', key: SettingKey): Found | undefined {
  for (const path of [key, ...(settings[key].synonyms ?? [])]) {
    const input = valueAt(source.document, path)
    // `[backend]` is the older table form of the key `backend`, not its value.
    if (
      input === undefined ||
      (isTable(input) && settings[key].synonyms?.some((other) => other.startsWith(`${path}.`)) === true)
    )
      continue
    const line = lineOf(source.text, path)
    const value = settings[key].read(input)
    if (value === undefined)
      throw fileError(source.file, line, `${path} must be ${settings[key].expected}; got ${shown(input)}`)
    return { value, origin: { layer, name: source.file, ...(line === undefined ? {} : { line }) } }
  }
  return undefined
}

function fromVariables(env: Env, key: SettingKey): Found | undefined {
  for (const name of variablesOf(key)) {
    const text = env[name]
    if (text === undefined || text === '') continue
    const value = settings[key].read(text)
    if (value === undefined)
      throw new HmError(
        exits.usage,
        'config_invalid',
        `the variable ${name} must be ${settings[key].expected}; got ${quoted(text)}`,
      )
    return { value, origin: { layer: 'environment', name } }
  }
  return undefined
}

function fromFlag(flags: ConfigSources['flags'], key: SettingKey): Found | undefined {
  const name = settings[key].flag
  const text = name === undefined ? undefined : flags[name]
  if (name === undefined || text === undefined) return undefined
  const value = settings[key].read(text)
  if (value === undefined) throw usageError(`${name} must be ${settings[key].expected}; got ${quoted(text)}`)
  return { value, origin: { layer: 'flag', name } }
}

function invalid(key: SettingKey, text: string): HmError {
  return usageError(`${key} must be ${settings[key].expected}; got ${quoted(text)}`)
}

function shown(input: unknown): string {
  return typeof input === 'string'
    ? quoted(input)
    : Array.isArray(input)
      ? 'a list'
      : isTable(input)
        ? 'a table'
        : String(input)
}

function unknownKeys({ file, text, document }: TomlFile): UnknownKey[] {
  const known = new Set(settingKeys.flatMap((key) => [key, ...(settings[key].synonyms ?? [])]))
  const paths = Object.entries(document).flatMap(([key, value]) =>
    isTable(value) ? Object.keys(value).map((inner) => `${key}.${inner}`) : [key],
  )
  return paths
    .filter((path) => !known.has(path) && !isSettingKey(path))
    .map((key) => ({ file, line: lineOf(text, key), key }))
}

function appUrl(env: Env, apiUrl: string): string {
  const given = env.HM_APP_URL
  if (given !== undefined && given !== '') {
    const base = readBase(given)
    if (base === undefined)
      throw usageError(`the variable HM_APP_URL must be an http or https address; got ${quoted(given)}`)
    return base
  }
  const url = new URL(apiUrl)
  if (url.hostname.startsWith('api.')) url.hostname = `app.${url.hostname.slice(4)}`
  return url.href.replace(/\/+$/, '')
}
