import { matchPattern } from './resolve-pattern.ts'
import type { BytePath, Found, SourceView } from './source-view.ts'

/**
 * Everything that the paths and globs of a cache policy name, and everything in the folders among
 * it, each once. Throws `bad_path` for absolute paths and `..`.
 */
export function watchedFiles(view: SourceView, paths: readonly string[]): ReadonlyMap<BytePath, Found> {
  const watched = new Map<BytePath, Found>()
  for (const found of paths.flatMap((path) => matchPattern(view, path))) {
    // A folder that was named before has brought what is in it; one that was only met has not.
    watched.set(found.path, found)
    if (found.node.kind !== 'folder') continue
    for (const inner of view.walk(found)) watched.set(inner.path, inner)
  }
  return watched
}
