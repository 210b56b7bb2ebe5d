/** A new user of `hm`, for tests of the example repositories. */
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { linkImages } from '@harmont/outside/shared-images'
import { machineExceptions } from '../scripts/machine-exceptions.ts'

/** The repository's directory. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Makes a home directory whose cache has the images and compiled modules of other tests. The caller
 * removes it. `env` is the environment for `hm`.
 */
export async function makeHome(name: string): Promise<{ readonly home: string; readonly env: NodeJS.ProcessEnv }> {
  // Not in /tmp, which may be in memory or on an overlay.
  const home = await mkdtemp(`/var/tmp/harmont-${name}-`)
  const cache = join(home, 'cache')
  linkCompiled(cache)
  linkImages(join(cache, 'local', 'images'))
  // Files of other tests there must stay.
  await writeFile(join(cache, 'local', 'trimmed'), '')
  const { PATH = '', npm_config_registry } = process.env
  const env = {
    PATH: `${join(root, 'node_modules/.bin')}:${PATH}`,
    HOME: home,
    HM_CACHE_DIR: cache,
    ...(npm_config_registry === undefined ? {} : { npm_config_registry }),
    ...(await machineExceptions()),
  }
  return { home, env }
}
