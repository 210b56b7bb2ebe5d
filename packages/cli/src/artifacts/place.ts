import { join } from 'node:path'
import { exits, HmError } from '../errors.ts'

/**
 * Returns where an artifact belongs below a directory: a directory for its step, and its path in
 * the workspace. Never leads out of the directory.
 */
export function placeOfArtifact(
  directory: string,
  { step, path }: { readonly step: string; readonly path: string },
): string {
  const named = step.replaceAll('/', '_')
  const components = [/^\.{0,2}$/.test(named) ? '_' : named, ...path.split('/')]
  if (components.some((name) => name === '..' || name.includes('\0')))
    throw new HmError(exits.refused, 'artifact_path_invalid', `expected a path below the workspace, got ${path}`, {
      fix: 'the server is wrong about this artifact: tell its operator',
    })
  return join(directory, ...components)
}
