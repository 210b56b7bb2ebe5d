import type { Build, BuildContext, Job } from '@harmont/engine'
import { apiError } from '../../platform/http/index.ts'
import type { BuildEngine } from './build-engine.ts'

/** Loads a build whose row exists, with its context. */
export async function requireLoaded(
  { store }: Pick<BuildEngine, 'store'>,
  buildId: string,
): Promise<{ readonly build: Build; readonly context: BuildContext }> {
  const found = await store.builds.load(buildId)
  if (found === undefined) throw new Error(`the engine does not have the build ${buildId}`)
  return found
}

/** Loads a build whose row exists. */
export async function loadBuild(engine: Pick<BuildEngine, 'store'>, buildId: string): Promise<Build> {
  return (await requireLoaded(engine, buildId)).build
}

/**
 * Finds the job of a step named by a path, including attempts that were retried since. Throws 404
 * for a job that is absent, foreign or malformed.
 */
export async function requireJob(engine: BuildEngine, buildId: string, jobId: string): Promise<Job> {
  const wanted = jobId.toLowerCase()
  const isWanted = ({ id, step }: Job) => id === wanted && step !== null
  const job =
    (await loadBuild(engine, buildId)).jobs.find(isWanted) ?? (await engine.store.builds.jobs(buildId)).find(isWanted)
  if (job === undefined) throw apiError('job_not_found', 'Job not found in this build.')
  return job
}
