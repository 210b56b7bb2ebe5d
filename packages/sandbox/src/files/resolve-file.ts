import { isUtf8 } from 'node:buffer'
import { lstatSync, readlinkSync } from 'node:fs'
import { hasCode, isAbsent } from '../system/files.ts'

/** Where files of a step are kept from. */
export const workspace = 'workspace'

/** The kernel follows as many. */
const mostLinks = 40

export interface ResolvedFile {
  /** Absolute path without a link in it. Valid as long as the view is, which nothing changes. */
  readonly path: string
  readonly bytes: number
}

/**
 * Returns the regular file inside /workspace that a path below it leads to; undefined for anything
 * else. Follows links as a program inside would, within the view: the kernel would follow them into
 * this machine's files.
 * @param root of a merged view.
 */
export function resolveFile(root: string, path: string): ResolvedFile | undefined {
  const todo = [workspace, ...path.split('/')]
  const done: string[] = []
  let links = 0
  let bytes: number | undefined
  for (let part = todo.shift(); part !== undefined; part = todo.shift()) {
    if (part === '' || part === '.') continue
    // A file has no entries.
    if (bytes !== undefined) return undefined
    if (part === '..') {
      done.pop()
      continue
    }
    const entry = [root, ...done, part].join('/')
    const stats = unlessAbsent(() => lstatSync(entry))
    if (stats === undefined) return undefined
    if (stats.isSymbolicLink()) {
      const target = unlessAbsent(() => readlinkSync(entry, 'buffer'))
      if (target === undefined || !isUtf8(target) || ++links > mostLinks) return undefined
      const text = target.toString('utf8')
      if (text.startsWith('/')) done.length = 0
      todo.unshift(...text.split('/'))
      continue
    }
    if (stats.isFile()) bytes = stats.size
    else if (!stats.isDirectory()) return undefined
    done.push(part)
  }
  if (bytes === undefined || done[0] !== workspace) return undefined
  return { path: [root, ...done].join('/'), bytes }
}

/** Returns undefined for a path that is absent, or longer than any that a program can use. */
function unlessAbsent<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (isAbsent(error) || hasCode(error, 'ENAMETOOLONG')) return undefined
    throw error
  }
}
