import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import process from 'node:process'

/**
 * Returns a thread's environment with the compile cache, which a thread does not inherit if the
 * cache was enabled after the process's start. Without the cache, compiling its modules takes three
 * times as long [0.2 s].
 */
export function threadEnvironment(): NodeJS.ProcessEnv {
  const compiled = getCompileCacheDir()
  return compiled === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(compiled) }
}
