import { SettingsError } from '../platform/settings/read-settings.ts'

const mostDollars = 1_000_000

/** Cents of an amount such as `25` or `12.50`; throws a SettingsError in the command's name for anything else, and for nothing at all. */
export function readDollars(command: string, text: string): number {
  const isAmount = /^\d{1,7}(\.\d{2})?$/.test(text) && Number(text) > 0 && Number(text) <= mostDollars
  if (!isAmount) throw new SettingsError(`${command}: expected dollars such as \`25\` or \`12.50\`, got \`${text}\`.`)
  return Math.round(Number(text) * 100)
}

/** An amount as the commands print it, such as `$12.50` or `-$12.50`. */
export function formatDollars(cents: number): string {
  return `${cents < 0 ? '-' : ''}$${(Math.abs(cents) / 100).toFixed(2)}`
}
