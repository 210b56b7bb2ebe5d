import { join } from 'node:path'
import { comparePaths, isGlob, pathComponents, pathGlob, pathProblem } from '@harmont/ir'
import { followed, itself } from './stat.ts'
import { type Found, walk } from './walk.ts'

/**
 * What a path or glob (`ir.md` 2.3) names below the base directory: nothing, one path, or a glob's matches sorted by path component.
 * Throws `bad_path` for absolute paths and `..`.
 */
export function resolvePath(base: string, pattern: string): Found[] {
  const problem = pathProblem(pattern)
  if (problem !== undefined) {
    throw new Error(
      `bad_path: expected a path inside the project, got ${problem}: ${JSON.stringify(pattern)}. Write it relative to the project directory.`,
    )
  }
  return isGlob(pattern) ? matches(base, pattern) : lookUp(base, pathComponents(pattern).join('/'))
}

function matches(base: string, pattern: string): Found[] {
  const glob = pathGlob(pattern)
  const prefix = glob.literalPrefix.join('/')
  const [start] = lookUp(base, prefix)
  if (start?.kind !== 'directory') return []
  const depth = glob.maxDepth - glob.literalPrefix.length
  const found = [start, ...walk(base, prefix, depth)]
  return found
    .filter(({ path, kind }) => (kind === 'directory' || !glob.directoriesOnly) && glob.matches(path))
    .sort((a, b) => comparePaths(a.path, b.path))
}

function lookUp(base: string, path: string): Found[] {
  const absolute = join(base, path)
  const target = followed(absolute)
  if (target?.isFile()) return [{ path, kind: 'file' }]
  if (target?.isDirectory()) return [{ path, kind: 'directory' }]
  const isLink = itself(absolute)?.isSymbolicLink()
  return target === undefined && isLink ? [{ path, kind: 'dangling link' }] : []
}
