import type { components } from '@harmont/contract'
import type { Job, Step } from '@harmont/engine'
import type { Complete } from '../../platform/http/index.ts'
import type { MachineUse, ViewOfBuild } from './view-of-build.ts'

type Cost = Complete<components['schemas']['BuildView']>['cost']

/** Returns the cost of an attempt, up to now while it runs; null if it never ran. */
export function jobCost({ costOf, now }: ViewOfBuild, job: Job, { resources }: Step): Cost {
  const { startedAt, finishedAt, cached } = job
  if (startedAt === null || cached) return null
  return costOf([{ startedAt, finishedAt: finishedAt ?? now, resources }])
}

/** Returns the cost of all attempts of a build, up to now while it runs; null if none ran. */
export function buildCost({ build, attempts, costOf, now }: ViewOfBuild): Cost {
  const uses = build.steps.flatMap(({ resources }, index): MachineUse[] => {
    const job = build.jobs[index]
    if (job === undefined) return []
    const earlier = (attempts.get(index) ?? []).flatMap(({ attempt, started_at, finished_at }) =>
      attempt < job.attempt && started_at !== null
        ? [{ startedAt: started_at.getTime(), finishedAt: finished_at?.getTime() ?? now, resources }]
        : [],
    )
    if (job.startedAt === null || job.cached) return earlier
    return [...earlier, { startedAt: job.startedAt, finishedAt: job.finishedAt ?? now, resources }]
  })
  return uses.length === 0 ? null : costOf(uses)
}
