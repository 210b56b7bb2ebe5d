import type { Build, Job } from '@harmont/engine'
import { apiError } from '../../platform/http/index.ts'
import type { BuildEngine } from '../engine/build-engine.ts'

/** A build as the engine has it. */
export async function loadBuild(engine: BuildEngine, buildId: string): Promise<Build> {
  const found = await engine.store.load(buildId)
  if (found === undefined) throw new Error(`the engine does not have the build ${buildId}`)
  return found.build
}

/** The job of a step that a path names, also one that was retried since. Throws 404 for what is absent, foreign or malformed. */
export async function requireJob(engine: BuildEngine, buildId: string, jobId: string): Promise<Job> {
  const wanted = jobId.toLowerCase()
  const isWanted = ({ id, step }: Job) => id === wanted && step !== null
  const { jobs } = await loadBuild(engine, buildId)
  const job = jobs.find(isWanted) ?? (await engine.store.jobs(buildId)).find(isWanted)
  if (job === undefined) throw apiError('job_not_found', 'Job not found in this build.')
  return job
}
