import { matchPattern } from './resolve-pattern.ts'
import type { BytePath, Found, SourceView } from './source-view.ts'

/**
 * Returns everything that the paths and globs of a cache policy name, and all content of folders
 * among it, each once. Throws `bad_path` for absolute paths and `..`.
 */
export function watchedFiles(view: SourceView, paths: readonly string[]): ReadonlyMap<BytePath, Found> {
  const watched = new Map<BytePath, Found>()
  for (const found of paths.flatMap((path) => matchPattern(view, path))) {
    // A folder that was named brought its content; a folder that was only met did not.
    watched.set(found.path, found)
    if (found.node.kind !== 'folder') continue
    for (const inner of view.walk(found)) watched.set(inner.path, inner)
  }
  return watched
}
