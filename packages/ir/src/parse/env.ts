import { describe, grouped } from './problems.ts'
import { below, isStorable, type Reader } from './read.ts'

const ENV_LIMIT = 64 * 1024
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/
const SECRET_LIMIT = 100

export type Names = Readonly<Record<string, string>>

/**
 * Reads an `env` of names and values; null counts as absent. Returns undefined for an absent `env`,
 * so that a shared one is not copied.
 */
export function readEnv(reader: Reader, value: unknown, at: string): Names | undefined {
  return readNames(reader, value, at, 'an environment variable', (name) =>
    name === '' || name.includes('=') || !isStorable(name) ? 'a non-empty name without "=" and U+0000' : undefined,
  )
}

/** Reads `secrets`, a map from environment names to names of secrets. */
export function readSecrets(reader: Reader, value: unknown, at: string): Names | undefined {
  const secrets = readNames(reader, value, at, 'a secret', variableProblem)
  for (const [name, secret] of Object.entries(secrets ?? {})) checkSecretName(reader, secret, below(at, name))
  return secrets
}

export function checkSecretName(reader: Reader, name: string, at: string): void {
  const expected = variableProblem(name)
  if (expected !== undefined) reader.limit(at, expected, describe(name), 'Name a secret.')
}

/** Returns a description of valid names for shells and secrets; undefined if the name is valid. */
export function variableProblem(name: string): string | undefined {
  return VARIABLE.test(name) ? undefined : `a name like ${VARIABLE.source.slice(1, -1)}`
}

/** Adds a problem when the environment of one node is over its limit. */
export function checkEnvSize(reader: Reader, env: Names, at: string): void {
  const size = envSize(env)
  if (size > ENV_LIMIT) {
    reader.limit(
      at,
      `at most ${grouped(ENV_LIMIT)} bytes of names and values`,
      `${grouped(size)} bytes`,
      'Put large values in a file.',
    )
  }
}

export function checkSecretCount(reader: Reader, secrets: Names, at: string): void {
  const count = Object.keys(secrets).length
  if (count > SECRET_LIMIT) reader.limit(at, `at most ${SECRET_LIMIT} secrets`, grouped(count), 'Use fewer secrets.')
}

/** Returns the number of UTF-8 bytes of names and values. */
export function envSize(env: Names): number {
  let size = 0
  for (const name of Object.keys(env)) size += Buffer.byteLength(name) + Buffer.byteLength(env[name] ?? '')
  return size
}

/**
 * Returns `lower` overlaid by `upper`, without a copy if one is absent. The spread syntax defines
 * members, so a variable `__proto__` stays a variable.
 */
export function overlay(lower: Names | undefined, upper: Names | undefined): Names {
  if (lower === undefined || upper === undefined) return upper ?? lower ?? {}
  return { ...lower, ...upper }
}

function readNames(
  reader: Reader,
  value: unknown,
  at: string,
  what: string,
  nameProblem: (name: string) => string | undefined,
): Names | undefined {
  const object = reader.object(value, at)
  if (object === undefined) return undefined
  const entries: [string, string][] = []
  for (const [name, entry] of Object.entries(object)) {
    if (entry === null) continue
    const expected = nameProblem(name)
    if (expected !== undefined) reader.limit(at, `${expected} for ${what}`, describe(name), 'Rename it.')
    else {
      const text = reader.text(entry, below(at, name), { fix: 'Write the value as a string.' })
      if (text !== undefined) entries.push([name, text])
    }
  }
  return Object.fromEntries(entries)
}
