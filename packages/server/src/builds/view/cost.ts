import type { components } from '@harmont/contract'
import type { Job, Step } from '@harmont/engine'
import { leaseCost, leaseSeconds, microCentsPerCent } from '../../billing/usage/lease-cost.ts'
import type { Complete } from '../../platform/http/index.ts'
import type { ViewOfBuild } from './view-of-build.ts'

type Cost = Complete<components['schemas']['BuildView']>['cost']

interface Spent {
  readonly microCents: number
  readonly vcpuSeconds: number
}

/** What an attempt costs, so far when it still runs; null for one that never ran. */
export function jobCost(view: ViewOfBuild, { startedAt, finishedAt, cached }: Job, step: Step): Cost {
  if (startedAt === null || cached) return null
  return present(view, [spent(view, startedAt, finishedAt, step)])
}

/** What all attempts of a build cost, so far when it still runs; null when none ran. */
export function buildCost(view: ViewOfBuild): Cost {
  const { build, attempts } = view
  const all = build.steps.flatMap((step, index) => {
    const job = build.jobs[index]
    if (job === undefined) return []
    const earlier = (attempts.get(index) ?? []).flatMap(({ attempt, started_at, finished_at }) =>
      attempt < job.attempt && started_at !== null
        ? [spent(view, started_at.getTime(), finished_at?.getTime() ?? null, step)]
        : [],
    )
    const isCharged = job.startedAt !== null && !job.cached
    return isCharged ? [...earlier, spent(view, job.startedAt, job.finishedAt, step)] : earlier
  })
  return all.length === 0 ? null : present(view, all)
}

function spent({ rates, now }: ViewOfBuild, startedAt: number, finishedAt: number | null, { resources }: Step): Spent {
  const seconds = leaseSeconds(new Date(startedAt), new Date(finishedAt ?? now))
  const shape = { cpuCount: resources.cpu, memoryGb: resources.memoryGb, diskGb: resources.diskGb }
  return {
    microCents: rates === null ? 0 : leaseCost(seconds, shape, rates),
    vcpuSeconds: seconds * resources.cpu,
  }
}

/** Rounded once: a hundred steps of half a cent are fifty. */
function present({ rates }: ViewOfBuild, all: readonly Spent[]): NonNullable<Cost> {
  const microCents = all.reduce((sum, one) => sum + one.microCents, 0)
  return {
    cents: rates === null ? null : Math.floor(microCents / microCentsPerCent),
    vcpu_seconds: all.reduce((sum, one) => sum + one.vcpuSeconds, 0),
  }
}
