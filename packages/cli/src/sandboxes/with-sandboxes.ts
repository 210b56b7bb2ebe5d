import type { Context } from '../context.ts'
import { type LocalHome, localHome } from '../records/home.ts'
import { openSandboxes, type Sandboxes } from './open-sandboxes.ts'
import { requireLinux } from './require-linux.ts'

/**
 * Opens sandboxes while `work` prepares, and closes them at the end. Throws exit 4 if sandboxes are
 * unavailable; an error of `work` takes precedence.
 */
export async function withSandboxes<T>(
  { cacheDirectory, config, env }: Pick<Context, 'cacheDirectory' | 'config' | 'env'>,
  work: (home: LocalHome, sandboxes: Promise<Sandboxes>) => Promise<T>,
): Promise<T> {
  requireLinux()
  const home = localHome(cacheDirectory)
  const opening = openSandboxes(home, (await config()).get('sandbox.image_fallback'), env)
  // Awaited when there is something to run.
  opening.catch(() => {})
  try {
    return await work(home, opening)
  } finally {
    const sandboxes = await opening.catch(() => null)
    await sandboxes?.close()
  }
}
