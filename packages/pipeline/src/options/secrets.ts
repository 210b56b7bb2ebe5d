import { membersOf, oneOrListOf, wrongUse } from '../wrong-use.ts'

/**
 * Names of secrets, each of which becomes the variable of the same name, or a map from variable to
 * secret.
 */
export type SecretOptions = readonly string[] | Readonly<Record<string, string>>

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** Reads both forms as a map from variable to secret. */
export function secretsOf(where: string, value: unknown): Readonly<Record<string, string>> {
  const name = (text: unknown) => variableOf(where, text, 'Name a secret.')
  const entries = Array.isArray(value)
    ? oneOrListOf(where, value, (secret) => [name(secret), name(secret)])
    : membersOf(where, value).map(([variable, secret]) => [name(variable), name(secret)])
  return Object.freeze(Object.fromEntries(entries))
}

/** Reads a name that is valid for both a variable and a secret. */
export function variableOf(where: string, value: unknown, fix: string): string {
  if (typeof value === 'string' && NAME.test(value)) return value
  throw wrongUse(where, 'a name of letters, digits and "_" that does not begin with a digit', value, fix)
}
