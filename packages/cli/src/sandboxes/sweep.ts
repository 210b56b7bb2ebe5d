import type { Context } from '../context.ts'
import { localHome } from '../records/home.ts'
import { hasDead } from './engines.ts'

/**
 * Removes what a dead `hm` left behind, for commands that open no sandboxes of their own. Where
 * there is nothing, a few small files are read. What cannot be removed is said, and left to the
 * next.
 */
export async function sweepDead({
  cacheDirectory,
  env,
  output,
}: Pick<Context, 'cacheDirectory' | 'env' | 'output'>): Promise<void> {
  const home = localHome(cacheDirectory)
  if (process.platform !== 'linux' || !hasDead(home)) return
  const { removeDead } = await import('./open-sandboxes.ts')
  try {
    await removeDead(home, env)
  } catch (error) {
    output.warn(`could not clean up after a killed hm: ${error instanceof Error ? error.message : String(error)}`)
  }
}
