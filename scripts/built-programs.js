// This file is plain JavaScript, because the launchers that import it are plain JavaScript.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export const repository = join(import.meta.dirname, '..')

/**
 * Returns the path of a program, `hm` or `harmont`, as `scripts/build-programs.ts` built it in a
 * checkout; undefined if it was not built, or if a source changed since. Comparing sizes and times
 * takes a few milliseconds; loading hundreds of sources would take hundreds.
 */
export function builtProgram(name, checkout = repository) {
  const builds = join(checkout, 'dist', 'programs')
  let current
  try {
    current = JSON.parse(readFileSync(join(builds, 'current.json'), 'utf8'))
  } catch (error) {
    // The programs were not built, or another user built them without read access for this one.
    if (error.code === 'ENOENT' || error.code === 'EACCES') return undefined
    throw error
  }
  const isSame = ([path, size, changed]) => {
    // A template string is used, because `join` takes longer than the system call.
    const found = statSync(`${checkout}/${path}`, { throwIfNoEntry: false })
    return found?.size === size && found.mtimeMs === changed
  }
  // `hm` contains nothing of the server.
  const isOf = ([path]) => name !== 'hm' || !path.startsWith('packages/server/')
  return current.sources.filter(isOf).every(isSame) ? join(builds, current.folder, `${name}.js`) : undefined
}
