import { comparePaths, isGlob, pathComponents, pathGlob, pathProblem } from '@harmont/ir'
import type { BytePath, Found, SourceView } from './source-view.ts'

/**
 * Resolves a path or glob of `on_change` (`ir.md` 2.3) in a source set: to nothing, one path, or
 * the matches of a glob, sorted by path component. Throws `bad_path` for absolute paths and `..`.
 */
export function resolvePattern(view: SourceView, pattern: string): Found[] {
  return matchPattern(view, pattern).sort((a, b) => comparePaths(a.path, b.path))
}

/**
 * Returns all matches of the paths and globs of a cache policy, and all content of matched folders,
 * each once. Throws `bad_path` for absolute paths and `..`.
 */
export function watchedFiles(view: SourceView, paths: readonly string[]): ReadonlyMap<BytePath, Found> {
  const watched = new Map<BytePath, Found>()
  for (const found of paths.flatMap((path) => matchPattern(view, path))) {
    // A linked folder that a walk yielded without its content is added again with it if named.
    watched.set(found.path, found)
    if (found.node.kind !== 'folder') continue
    for (const inner of view.walk(found)) watched.set(inner.path, inner)
  }
  return watched
}

/** Resolves a pattern without sorting, which halves the time in a large source set. */
function matchPattern(view: SourceView, pattern: string): Found[] {
  const problem = pathProblem(pattern)
  if (problem !== undefined) {
    throw new Error(
      `bad_path: expected a path inside the project, got ${problem}: ${JSON.stringify(pattern)}. Write it relative to the project directory.`,
    )
  }
  return isGlob(pattern) ? matches(view, pattern) : lookUp(view, pathComponents(pattern))
}

function matches(view: SourceView, pattern: string): Found[] {
  const glob = pathGlob(pattern)
  const [start] = lookUp(view, glob.literalPrefix)
  if (start?.node.kind !== 'folder') return []
  return [start, ...view.walk(start, glob.maxDepth - glob.literalPrefix.length)].filter(
    ({ path, node }) => (node.kind === 'folder' || !glob.directoriesOnly) && glob.matches(asText(path)),
  )
}

function lookUp(view: SourceView, components: readonly string[]): Found[] {
  const found = view.lookUp(Buffer.from(components.join('/')).toString('latin1'))
  return found === undefined ? [] : [found]
}

function asText(path: BytePath): string {
  return Buffer.from(path, 'latin1').toString('utf8')
}
