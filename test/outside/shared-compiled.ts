/** Compiled modules that all commands of tests load: each empty cache directory would begin with none, which is most of the time that `hm` takes. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** As `cacheDirectory` of `@harmont/render`. */
export const sharedCompiled = fileURLToPath(new URL('../../node_modules/.cache/hm-of-tests', import.meta.url))

/** Shows them to an `hm` with this cache directory, where nothing is yet. */
export function linkCompiled(cacheDirectory: string): void {
  mkdirSync(cacheDirectory, { recursive: true })
  // Those of `hm` itself, and those of the children that render.
  for (const name of ['compiled', 'TypeScript', 'Python']) {
    mkdirSync(join(sharedCompiled, name), { recursive: true, mode: 0o700 })
    symlinkSync(join(sharedCompiled, name), join(cacheDirectory, name))
  }
}
