import { resolve } from 'node:path'
import { InvalidValue } from './parse.ts'
import type { Setting } from './setting.ts'
import { type GivenSettings, settingsTable } from './table.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Settings extends GivenSettings {
  readonly publicUrl: string
  readonly imageFallback: 'host' | 'host-any' | 'none'
  /** Whether traces are sent to a collector. */
  readonly isTraced: boolean
  /** The names of unknown `HARMONT_…` variables, usually typing errors. */
  readonly unknown: readonly string[]
}

/** An invalid setting. The message names the variable and the expected value. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

/**
 * Reads the settings from an environment. An empty variable counts as absent. Throws a
 * SettingsError that lists every invalid one.
 */
export function readSettings(environment: Environment): Settings {
  const wrong: string[] = []
  const isTraced = asksForTraces(environment)
  const entries = Object.entries<Setting<unknown>>(settingsTable).map(([key, setting]) => {
    const text = environment[setting.variable]
    // Other programs read the variables of OpenTelemetry too, so they are not validated without a
    // collector.
    const isUnused = setting.variable.startsWith('OTEL_') && !isTraced
    if (text === undefined || text === '' || isUnused) return [key, setting.fallback]
    try {
      return [key, setting.parse(text)]
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error
      const got = setting.secret ? 'something else' : `\`${text}\``
      wrong.push(`${setting.variable}: expected ${error.message}, got ${got}.`)
      return [key, setting.fallback]
    }
  })
  const given = Object.fromEntries(entries) as GivenSettings
  if (given.role === 'runner') wrong.push(...problemsOfRunner(given))
  if (wrong.length > 0) throw new SettingsError(wrong.join('\n'))
  // The addresses that a runner may reach depend on its server's address.
  const ownUrl = given.role === 'runner' ? given.serverUrl : given.publicUrlGiven
  const publicUrl = ownUrl ?? `http://localhost:${given.port}`
  return {
    ...given,
    isTraced,
    dataDirectory: resolve(given.dataDirectory),
    publicUrl,
    imageFallback: given.imageFallbackGiven ?? (isLocal(publicUrl) ? 'host' : 'none'),
    unknown: unknownVariables(environment),
  }
}

function asksForTraces(environment: Environment): boolean {
  const { OTEL_SDK_DISABLED: disabled, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole } = environment
  return disabled?.toLowerCase() !== 'true' && Boolean(environment.OTEL_EXPORTER_OTLP_ENDPOINT || whole)
}

/**
 * Returns the errors of a runner's settings. A runner needs the server's address, and must have
 * neither the database's address nor `HARMONT_RUNNER=off`.
 */
function problemsOfRunner({ serverUrl, databaseUrl, runner }: GivenSettings): readonly string[] {
  return [
    ...(serverUrl === null ? ['HARMONT_SERVER_URL: the role `runner` needs the address of the server.'] : []),
    ...(databaseUrl === null
      ? []
      : ['HARMONT_DATABASE_URL: a runner must not know the database. Unset it; HARMONT_SERVER_URL is enough.']),
    ...(runner === 'off' ? ['HARMONT_RUNNER: `off` and the role `runner` exclude each other.'] : []),
  ]
}

/** Returns whether only users of this machine can reach an address. */
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
