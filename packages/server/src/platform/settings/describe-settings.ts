import { type Environment, readSettings } from './read-settings.ts'
import type { Setting } from './setting.ts'
import { settingsTable } from './table.ts'

interface DescribedSetting {
  readonly variable: string
  /** As text. A secret's value is never shown. */
  readonly value: string
  readonly source: 'environment' | 'default'
  readonly meaning: string
}

/**
 * Describes every setting: its value, the value's source, and its meaning. Throws the same errors
 * as `readSettings`.
 */
export function describeSettings(environment: Environment): readonly DescribedSetting[] {
  const settings = readSettings(environment)
  return Object.entries<Setting<unknown>>(settingsTable).map(([key, setting]) => ({
    variable: setting.variable,
    value: shown(setting, Reflect.get(inForce(settings), key)),
    source: environment[setting.variable] ? 'environment' : 'default',
    meaning: setting.meaning,
  }))
}

function inForce(settings: ReturnType<typeof readSettings>): object {
  return {
    ...settings,
    publicUrlGiven: settings.publicUrl,
    imageFallbackGiven: settings.imageFallback,
  }
}

function shown(setting: Setting<unknown>, value: unknown): string {
  if (value === null) return '(none)'
  if (setting.secret) return '(set)'
  return setting.format(value) || '(none)'
}

/** Formats the table of `harmont config`. */
export function printSettings(described: readonly DescribedSetting[]): string {
  const width = Math.max(...described.map((it) => it.variable.length))
  return described
    .map((it) => `${it.variable.padEnd(width)}  ${it.value}  [${it.source}]\n${' '.repeat(width + 2)}${it.meaning}`)
    .join('\n')
}
