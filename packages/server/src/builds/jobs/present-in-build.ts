import type { components } from '@harmont/contract'
import type { Build, Job } from '@harmont/engine'
import { now } from '@harmont/sandbox'
import type { Complete } from '../../platform/http/index.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { prerequisitesOf } from './order-steps.ts'
import { presentJob } from './present.ts'
import { readWaits, type Waits, waitReason } from './read-waits.ts'

/** A job of a step as the API shows it; what it depends on are the newest attempts of its prerequisites. `waits`: of the jobs that are shown. */
export function presentJobOf(build: Build, job: Job, waits: Waits): Complete<components['schemas']['Job']> {
  const step = job.step === null ? undefined : build.steps[job.step]
  if (step === undefined) throw new Error(`the job ${job.id} has no step`)
  const dependsOn = prerequisitesOf(step).flatMap((index) => build.jobs[index]?.id ?? [])
  return presentJob(job, step, { dependsOn, waitReason: waitReason(build, job, waits, now()) })
}

/** These jobs of a build, with what each waits for. */
export async function presentJobsOf(
  engine: BuildEngine,
  build: Build,
  jobs: readonly Job[],
): Promise<Complete<components['schemas']['Job']>[]> {
  const waits = await readWaits(engine, build, jobs)
  return jobs.map((job) => presentJobOf(build, job, waits))
}
