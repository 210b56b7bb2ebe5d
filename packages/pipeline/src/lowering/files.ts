import { createHash } from 'node:crypto'
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { comparePaths, compareText, isGlob, pathComponents, pathGlob, pathProblem } from '@harmont/ir'

/**
 * Returns the `digests` function of a key context for the files of a directory. Each file is read
 * once.
 */
export function digestsBelow(base: string): (paths: readonly string[]) => string[] {
  const known = new Map<string, string>()
  return (paths) => {
    const found = [...paths].sort(compareText).flatMap((path) => resolvePath(base, path))
    return found.map((entry) => {
      const digest = known.get(entry.path) ?? digestOf(base, entry)
      known.set(entry.path, digest)
      return digest
    })
  }
}

/**
 * Returns the digest D of `ir.md` 2.3 as hex: of a file's bytes, of the names and bytes of a
 * directory's files, or of a dangling link's target.
 */
function digestOf(base: string, { path, kind }: Found): string {
  const sum = createHash('sha256')
  if (kind === 'dangling link') return sum.update(readlinkSync(join(base, path))).digest('hex')
  if (kind === 'file') return sum.update(readFileSync(join(base, path))).digest('hex')
  const files = [...walk(base, path)].filter((found) => found.kind === 'file').map((found) => found.path)
  for (const file of files.sort(comparePaths)) {
    const relative = path === '' ? file : file.slice(path.length + 1)
    sum
      .update(`${relative}\0`)
      .update(readFileSync(join(base, file)))
      .update('\0')
  }
  return sum.digest('hex')
}

/**
 * Returns the matches of a path or glob (`ir.md` 2.3) below the base directory: none, one path, or
 * several sorted by path component. Throws `bad_path` for absolute paths and `..`.
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

interface Found {
  /** The path relative to the base directory, with `/` as separator. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'dangling link'
}

/**
 * Walks everything below a directory of the base, dot files included, down to `maxDepth` levels,
 * unordered. Links to files count as files. Linked directories are named but not entered. Sockets,
 * pipes and devices are skipped.
 */
function* walk(base: string, directory: string, maxDepth = Number.POSITIVE_INFINITY): Generator<Found> {
  const open = [{ directory, depth: 1 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const entry of readdirSync(join(base, next.directory), { withFileTypes: true })) {
      const path = next.directory === '' ? entry.name : `${next.directory}/${entry.name}`
      const kind = kindOf(base, path, entry)
      if (kind === undefined) continue
      yield { path, kind }
      if (entry.isDirectory() && next.depth < maxDepth) open.push({ directory: path, depth: next.depth + 1 })
    }
  }
}

function kindOf(base: string, path: string, entry: Dirent): Found['kind'] | undefined {
  if (entry.isDirectory()) return 'directory'
  if (entry.isFile()) return 'file'
  if (!entry.isSymbolicLink()) return undefined
  const target = followed(join(base, path))
  if (target === undefined) return 'dangling link'
  if (target.isDirectory()) return 'directory'
  return target.isFile() ? 'file' : undefined
}

/**
 * Returns the status of a path, following links; undefined if there is no such entry, a file in
 * place of a directory, or a circular link.
 */
function followed(path: string): Stats | undefined {
  return orNothing(() => statSync(path))
}

/**
 * Returns the status of a path without following a final link; undefined if there is no such entry.
 */
function itself(path: string): Stats | undefined {
  return orNothing(() => lstatSync(path))
}

function orNothing(stat: () => Stats): Stats | undefined {
  try {
    return stat()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
    throw error
  }
}
