import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { exits, HmError, usageError } from '../errors.ts'
import { isMissing } from '../is-missing.ts'
import type { BarePair, Pair } from '../specs/spec.ts'

export interface VariableFlags {
  readonly env: readonly Pair[]
  readonly envFile: readonly string[]
}

/**
 * Returns the variables of `--env-file` and `-e`; `-e` takes precedence. Throws exit 2 for an
 * unreadable file.
 */
export function runVariables({ env, envFile }: VariableFlags, directory: string): Record<string, string> {
  const files = envFile.map((file) => readVariables(resolve(directory, file), file))
  return Object.assign({}, ...files, Object.fromEntries(env.map(({ name, value }) => [name, value])))
}

export interface SecretSources {
  readonly flags: readonly BarePair[]
  /** The project. */
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Returns the values of these secrets from `--secret`, `.hm/secrets.env`, `.env` or the
 * environment, in this order. Throws exit 5 with a list of all missing ones.
 */
export function runSecrets(names: readonly string[], { flags, directory, env }: SecretSources): Map<string, string> {
  const given = new Map(flags.map(({ name, value }) => [name, value ?? env[name]]))
  const empty = flags.find(({ name }) => given.get(name) === undefined)
  // The message omits the name, because a secret's value may be in its place.
  if (empty !== undefined && !names.includes(empty.name))
    throw usageError('--secret without a value needs a variable that is set', 'give --secret NAME=VALUE, or set NAME')
  if (empty !== undefined) throw usageError(`--secret ${empty.name} has no value, and no variable ${empty.name} is set`)
  if (names.length === 0) return new Map()
  const files = ['.hm/secrets.env', '.env'].map((file) => readVariables(resolve(directory, file), null))
  const values = names.map((name) => {
    const inFile = files.find((variables) => Object.hasOwn(variables, name))?.[name]
    return [name, given.get(name) ?? inFile ?? env[name]] as const
  })
  const missing = values.flatMap(([name, value]) => (value === undefined ? name : []))
  if (missing.length > 0) {
    const which = missing.length === 1 ? `the secret ${missing[0]} is` : `the secrets ${missing.join(', ')} are`
    throw new HmError(exits.notFound, 'secret_missing', `${which} not defined`, {
      fix: [
        `put ${missing.map((name) => `${name}=...`).join(' and ')} into .hm/secrets.env, or give --secret ${missing[0]}=VALUE`,
        `for builds on a server: hm secret set ${missing[0]}`,
        'to exclude a step from local runs, give it when: { local: false }',
      ].join('\n     '),
    })
  }
  return new Map(values.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))
}

/** @param shown the file's name in messages; null for an optional file. */
function readVariables(file: string, shown: string | null): Record<string, string> {
  try {
    return parseEnv(readFileSync(file, 'utf8')) as Record<string, string>
  } catch (error) {
    if (shown === null && isMissing(error)) return {}
    const why = error instanceof Error ? error.message : String(error)
    throw usageError(`could not read variables from ${shown ?? file}: ${why}`)
  }
}
