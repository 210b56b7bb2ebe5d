import { isOnServer } from '../commands/target.ts'
import type { Context } from '../context.ts'
import { findRun, requireRun } from '../records/find-run.ts'
import { type LocalHome, localHome } from '../records/home.ts'
import type { RunRecord } from '../records/run-record.ts'

/** A run on this machine. */
export interface LocalTarget {
  readonly home: LocalHome
  readonly run: RunRecord
}

/** Returns the local run that `-b` names, or the last one; null for a build of the server. */
export async function artifactTarget(
  context: Context<'artifact list'> | Context<'artifact get'>,
): Promise<LocalTarget | null> {
  const { cacheDirectory, directory, flags } = context
  const home = localHome(cacheDirectory)
  const build = flags.build === undefined ? undefined : String(flags.build)
  const isHere = findRun(home, directory, build) !== undefined
  if (await isOnServer(context, { pipeline: flags.pipeline, build, isHere })) return null
  return { home, run: requireRun(home, directory, build) }
}
