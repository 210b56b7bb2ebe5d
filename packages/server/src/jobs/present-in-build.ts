import type { components } from '@harmont/contract'
import type { Build, Job } from '@harmont/engine'
import type { Complete } from '../http/index.ts'
import { prerequisitesOf } from './order-steps.ts'
import { presentJob } from './present.ts'

/** A job of a step as the API shows it; what it depends on are the newest attempts of its prerequisites. */
export function presentJobOf(build: Build, job: Job): Complete<components['schemas']['Job']> {
  const step = job.step === null ? undefined : build.steps[job.step]
  if (step === undefined) throw new Error(`the job ${job.id} has no step`)
  const dependsOn = prerequisitesOf(step).flatMap((index) => build.jobs[index]?.id ?? [])
  return presentJob(job, step, { dependsOn, isHeld: build.held, now: Date.now() })
}
