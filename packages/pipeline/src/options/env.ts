import { membersOf, wrongUse } from '../wrong-use.ts'

/** Variables by name. Numbers and booleans become text. */
export type EnvOptions = Readonly<Record<string, string | number | boolean>>

/** Reads variables as texts. */
export function envOf(where: string, value: unknown): Readonly<Record<string, string>> {
  const entries = membersOf(where, value).map(([name, entry]) => {
    if (name === '' || /[=\0]/.test(name))
      throw wrongUse(where, 'a non-empty name without "=" and U+0000', name, 'Rename the variable.')
    return [name, scalarOf(`${where}, ${name}`, entry)]
  })
  return Object.freeze(Object.fromEntries(entries))
}

function scalarOf(where: string, value: unknown): string {
  const isNumber = typeof value === 'number' && Number.isFinite(value)
  if (isNumber || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string')
    throw wrongUse(where, 'a string, a number or a boolean', value, 'Write the value as a string.')
  if (value.isWellFormed() && !value.includes('\0')) return value
  throw wrongUse(where, 'a string of valid Unicode without U+0000', value, 'Remove the character.')
}
