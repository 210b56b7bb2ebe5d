import type { Schema } from '../../api/schemas.ts'
import { commitProblem, type SourceKind } from './build-sources.ts'

/** The values of the new-build form. */
export interface StartValues {
  readonly source: SourceKind
  readonly branch: string
  readonly commit: string
  readonly message: string
  readonly variables: string
  readonly address: string
  readonly checksum: string
  readonly withoutCache: boolean
}

export type StartRequest =
  | { readonly kind: 'create'; readonly body: Schema<'CreateBuildRequest'> }
  | { readonly kind: 'again'; readonly number: number; readonly body: Schema<'RebuildRequest'> }

type Outcome =
  | { readonly request: StartRequest; readonly problems: null }
  | { readonly request: null; readonly problems: Readonly<Record<string, string>> }

/** Selects the newest commit of the branch, which the server requests from the forge. */
const newestCommit = 'HEAD'
/** Used for files without a commit. */
const noCommit = '0'.repeat(40)

/**
 * Returns the request of a new build, or the problems by form field. `newestNumber`: the pipeline's
 * newest build; null if there is none.
 */
export function startRequest(values: StartValues, newestNumber: number | null): Outcome {
  const { source, address, message, withoutCache } = values
  const branch = values.branch.trim()
  const variables = readVariables(values.variables)
  const commit = values.commit.trim()
  const problems = {
    ...(source !== 'again' && branch === '' ? { branch: 'Enter a branch' } : {}),
    ...(source === 'repository' ? named('commit', commitProblem(commit)) : {}),
    ...(source === 'address' && address.trim() === '' ? { address: 'Enter the URL of the archive' } : {}),
    ...named('variables', variables.problem),
  }
  if (Object.keys(problems).length > 0 || variables.env === null) return { request: null, problems }
  const { env } = variables
  const withEnv = Object.keys(env).length === 0 ? {} : { env }
  if (source === 'again') {
    const body = { ...withEnv, ...(withoutCache ? { without_cache: true } : {}) }
    return { request: { kind: 'again', number: newestNumber ?? 0, body }, problems: null }
  }
  const body = {
    ...{ branch, commit: commit || (source === 'repository' ? newestCommit : noCommit), source: 'ui' },
    ...withEnv,
    ...(message.trim() === '' ? {} : { message: message.trim() }),
    ...(source === 'address' ? { source_url: address.trim() } : {}),
    ...(source === 'address' && values.checksum.trim() !== '' ? { source_sha256: values.checksum.trim() } : {}),
  }
  return { request: { kind: 'create', body }, problems: null }
}

function named(name: string, problem: string | null): Readonly<Record<string, string>> {
  return problem === null ? {} : { [name]: problem }
}

/** Form fields by server field. */
const fieldNames: Readonly<Record<string, string>> = {
  source_url: 'address',
  source_sha256: 'checksum',
  env: 'variables',
}

/** Renames the server's field errors to form fields. */
export function problemsOfFields(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [fieldNames[name.replace(/^env\..*/, 'env')] ?? name, text]),
  )
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

type Variables =
  | { readonly env: Readonly<Record<string, string>>; readonly problem: null }
  | { readonly env: null; readonly problem: string }

/**
 * Parses `NAME=value` lines of an `.env` file. Skips empty lines and comments (`#`); the last value
 * of a name wins.
 */
export function readVariables(text: string): Variables {
  const env: Record<string, string> = Object.create(null)
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const given = line.trim()
    if (given === '' || given.startsWith('#')) continue
    const equals = given.indexOf('=')
    const name = (equals === -1 ? given : given.slice(0, equals)).trim()
    if (equals === -1) return { env: null, problem: `Line ${index + 1} has no “=”: write NAME=value` }
    if (!variableName.test(name))
      return {
        env: null,
        problem: `Line ${index + 1}: a name has letters, digits and underscores, and does not begin with a digit`,
      }
    env[name] = given.slice(equals + 1)
  }
  return { env: { ...env }, problem: null }
}
