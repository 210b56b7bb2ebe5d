import { join } from 'node:path'
import { exits, HmError } from '../errors.ts'

/**
 * Returns the path of an artifact below a directory: a directory for its step, then its path in the
 * workspace. The path never leaves the directory.
 */
export function placeOfArtifact(
  directory: string,
  { step, path }: { readonly step: string; readonly path: string },
): string {
  const named = step.replaceAll('/', '_')
  const components = [/^\.{0,2}$/.test(named) ? '_' : named, ...path.split('/')]
  if (components.some((name) => name === '..' || name.includes('\0')))
    throw new HmError(exits.refused, 'artifact_path_invalid', `expected a path below the workspace, got ${path}`, {
      fix: 'the server sent an invalid artifact path: tell its operator',
    })
  return join(directory, ...components)
}
