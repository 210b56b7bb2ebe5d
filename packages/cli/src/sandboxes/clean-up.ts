import type { Context } from '../context.ts'
import { localHome } from '../records/home.ts'
import { hasLeftovers } from './engines.ts'

/**
 * Cleans up after killed processes, for commands that do not open sandboxes. Reads a few small
 * files if there is nothing to do. Warns if it fails and leaves the rest to the next `hm`.
 */
export async function cleanUpKilled({
  cacheDirectory,
  env,
  output,
}: Pick<Context, 'cacheDirectory' | 'env' | 'output'>): Promise<void> {
  const home = localHome(cacheDirectory)
  if (process.platform !== 'linux' || !hasLeftovers(home)) return
  const { cleanUpAll } = await import('./open-sandboxes.ts')
  try {
    await cleanUpAll(home, env)
  } catch (error) {
    output.warn(`could not clean up after a killed hm: ${error instanceof Error ? error.message : String(error)}`)
  }
}
