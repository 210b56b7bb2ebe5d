import { isUtf8 } from 'node:buffer'
import { lstatSync, readlinkSync } from 'node:fs'
import { hasCode, isAbsent } from '../system/files.ts'

/** The folder from which a step's files are kept. */
export const workspace = 'workspace'

/** The kernel's own limit. */
const mostLinks = 40

export interface ResolvedFile {
  /** An absolute path without links. Valid as long as the view, which does not change. */
  readonly path: string
  readonly bytes: number
}

/**
 * Returns the regular file inside /workspace to which a path below it leads; undefined for anything
 * else. Follows links within the view, as a program inside would. The kernel would follow them into
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
    // The path continues below a file.
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

/** Returns undefined for a path that is absent or longer than the kernel allows. */
function unlessAbsent<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (isAbsent(error) || hasCode(error, 'ENAMETOOLONG')) return undefined
    throw error
  }
}
