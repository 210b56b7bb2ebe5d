import { resolve } from 'node:path'
import { InvalidValue } from './parse.ts'
import type { Setting } from './setting.ts'
import { type GivenSettings, settingsTable } from './table.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Settings extends GivenSettings {
  readonly publicUrl: string
  readonly imageFallback: 'host' | 'host-any' | 'none'
  /** Names of unknown `HARMONT_…` variables, usually typing errors. */
  readonly unknown: readonly string[]
}

/** An invalid setting. The message names the variable and says what was expected. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/**
 * Reads the settings from an environment. An empty variable counts as absent. Fails with a
 * SettingsError that lists every invalid one.
 */
export function readSettings(environment: Environment): Settings {
  const wrong: string[] = []
  const entries = Object.entries<Setting<unknown>>(settingsTable).map(([key, setting]) => {
    const text = environment[setting.variable]
    if (text === undefined || text === '') return [key, setting.fallback]
    try {
      return [key, setting.parse(text)]
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error
      const got = setting.secret ? 'something else' : `\`${text}\``
      wrong.push(`${setting.variable}: expected ${error.message}, got ${got}.`)
      return [key, setting.fallback]
    }
  })
  if (wrong.length > 0) throw new SettingsError(wrong.join('\n'))
  const given = Object.fromEntries(entries) as GivenSettings
  const publicUrl = given.publicUrlGiven ?? `http://localhost:${given.port}`
  return {
    ...given,
    dataDirectory: resolve(given.dataDirectory),
    publicUrl,
    imageFallback: given.imageFallbackGiven ?? (isLocal(publicUrl) ? 'host' : 'none'),
    unknown: unknownVariables(environment),
  }
}

/** Whether only users of this machine can reach an address. */
export function isLocal(url: string): boolean {
  const { hostname } = new URL(url)
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}

function unknownVariables(environment: Environment): readonly string[] {
  const known = new Set(Object.values<Setting<unknown>>(settingsTable).map((setting) => setting.variable))
  return Object.keys(environment)
    .filter((name) => name.startsWith('HARMONT_') && !name.startsWith('HARMONT_TEST_') && !known.has(name))
    .sort()
}
