// Plain JavaScript, because the programs that it finds begin in plain JavaScript.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

export const repository = join(import.meta.dirname, '..')

/**
 * Returns the path of a program, `hm` or `harmont`, as `scripts/build-programs.ts` built it in a
 * checkout; undefined if it did not, or if a source changed since. To compare sizes and times takes
 * some milliseconds; to load hundreds of sources takes hundreds.
 */
export function builtProgram(name, checkout = repository) {
  const builds = join(checkout, 'dist', 'programs')
  let current
  try {
    current = JSON.parse(readFileSync(join(builds, 'current.json'), 'utf8'))
  } catch (error) {
    // Nobody built them, or a user who shares nothing.
    if (error.code === 'ENOENT' || error.code === 'EACCES') return undefined
    throw error
  }
  const isSame = ([path, size, changed]) => {
    // Not joined, which takes longer than to ask the kernel.
    const found = statSync(`${checkout}/${path}`, { throwIfNoEntry: false })
    return found?.size === size && found.mtimeMs === changed
  }
  // `hm` contains nothing of the server.
  const isOf = ([path]) => name !== 'hm' || !path.startsWith('packages/server/')
  return current.sources.filter(isOf).every(isSame) ? join(builds, current.folder, `${name}.js`) : undefined
}
