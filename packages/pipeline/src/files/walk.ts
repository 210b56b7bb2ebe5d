import { type Dirent, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { followed } from './stat.ts'

export interface Found {
  /** Relative to the base directory, with `/`. */
  readonly path: string
  readonly kind: 'file' | 'directory' | 'dangling link'
}

/**
 * Everything below a directory of the base, dot files included, down to `maxDepth` levels, in no order. Links to files count as
 * files; linked directories are named but not entered; sockets, pipes and devices are passed over.
 */
export function* walk(base: string, directory: string, maxDepth = Number.POSITIVE_INFINITY): Generator<Found> {
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
