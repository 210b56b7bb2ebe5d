import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Context } from '../context.ts'
import { usageError } from '../errors.ts'

/** Creates the directory of `--artifacts` and returns its path; null without the flag. */
export function artifactsDirectory({ flags, directory }: Context<'run'> | Context<'watch'>): string | null {
  if (flags.artifacts === undefined) return null
  const path = resolve(directory, flags.artifacts)
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw usageError(`--artifacts: cannot make the directory ${flags.artifacts}: ${why}`, 'name another directory')
  }
  return path
}
