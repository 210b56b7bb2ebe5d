import { execFile } from 'node:child_process'
import { realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import type { CommandSpec } from '../specs/spec.ts'
import type { ContainerFacts } from './docker-arguments.ts'

const run = promisify(execFile)

type Values = Readonly<Record<string, unknown>>

/** Returns the project, its git work tree, and the files and directories that the line names. */
export async function findMounts(
  project: string,
  here: string,
  spec: CommandSpec,
  given: { readonly flags: Values; readonly args: Values },
): Promise<ContainerFacts['mounts']> {
  const trees = await gitDirectories(project)
  const named = namedPaths(spec, given).map((path) => resolve(here, path))
  const directories = [project, realpathSync(project), ...trees].map((path) => ({ path, readOnly: false }))
  const files = named.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    // A missing directory is created in an existing one.
    if (stat === undefined) return [{ path: dirname(path), readOnly: false }].filter(({ path: p }) => isDirectory(p))
    return [{ path, readOnly: !stat.isDirectory() }]
  })
  return outermost([...directories, ...files])
}

/** Returns the outermost paths. */
export function outermost(mounts: ContainerFacts['mounts']): ContainerFacts['mounts'] {
  return mounts.filter(
    ({ path }, index) => !mounts.some((other, at) => (other.path === path ? at < index : isBelow(path, other.path))),
  )
}

/** Returns the values of flags and arguments that are paths of files or directories. */
function namedPaths(spec: CommandSpec, given: { readonly flags: Values; readonly args: Values }): string[] {
  const of = (specs: Readonly<Record<string, object>> | undefined, values: Values) =>
    Object.entries(specs ?? {})
      .filter(([, entry]) => 'complete' in entry && (entry.complete === 'file' || entry.complete === 'directory'))
      .flatMap(([name]) => values[name])
      .filter((value): value is string => typeof value === 'string' && value !== '')
      .map((value) => value.replace(/^oci:/, ''))
  return [...of(spec.flags, given.flags), ...of(spec.args, given.args)]
}

/**
 * Returns the root of the work tree and its repository's directory, which is elsewhere for a linked
 * work tree; none without git.
 */
async function gitDirectories(project: string): Promise<readonly string[]> {
  try {
    const asked = ['rev-parse', '--path-format=absolute', '--show-toplevel', '--git-common-dir']
    const { stdout } = await run('git', ['-C', project, ...asked])
    return stdout.split('\n').filter(isAbsolute)
  } catch (error) {
    // Without git or a work tree, the project is the only mount.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 128)) return []
    throw error
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function isBelow(path: string, directory: string): boolean {
  const way = relative(directory, path)
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}
