/**
 * Compiled modules for all commands of tests. An empty cache directory would have none, which is
 * most of the time that `hm` takes.
 */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Value of `cacheDirectory` of `@harmont/render`. */
export const sharedCompiled = fileURLToPath(new URL('../../node_modules/.cache/hm-of-tests', import.meta.url))

/** Links them into an empty cache directory of `hm`. */
export function linkCompiled(cacheDirectory: string): void {
  mkdirSync(cacheDirectory, { recursive: true })
  // Modules of `hm` itself, and of the rendering children.
  for (const name of ['compiled', 'TypeScript', 'Python']) {
    mkdirSync(join(sharedCompiled, name), { recursive: true, mode: 0o700 })
    symlinkSync(join(sharedCompiled, name), join(cacheDirectory, name))
  }
}
