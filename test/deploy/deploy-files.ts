/** Reads the files of `deploy/` like the programs that use them to start Harmont. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { repositoryRoot } from '../../scripts/server-process.ts'

export const deployFolder = join(repositoryRoot, 'deploy')

export function readDeployFile(name: string): string {
  return readFileSync(join(deployFolder, name), 'utf8')
}

export interface ComposeService {
  readonly image: string
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly networks: readonly string[] | Readonly<Record<string, unknown>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly privileged?: boolean
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>
  /** Names of the variables in the file that an administrator sets. */
  readonly variables: ReadonlySet<string>
}

/** Reads the compose file with these values of its variables. */
export function readCompose(values: Readonly<Record<string, string>>): ComposeFile {
  const variables = new Set<string>()
  const fill = (text: string) =>
    text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind: string | undefined, rest = '') => {
      variables.add(name)
      return values[name] || (kind === '-' ? rest : '')
    })
  const file = parse(readDeployFile('compose/compose.yaml'), { merge: true }) as Pick<ComposeFile, 'services'>
  const filled = JSON.parse(JSON.stringify(file, (_, value) => (typeof value === 'string' ? fill(value) : value)))
  return { ...filled, variables }
}

/** Returns the lines `NAME=value` of a file, without its comments. */
export function readAssignments(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line) => /^[A-Z_]+=/.test(line))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}
