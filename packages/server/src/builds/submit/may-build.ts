import { type PipelineRow, requireLivePipeline, requireManualBuilds } from '../../organizations/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import type { BuildRow } from '../records/store.ts'

export interface MayBuildServices {
  readonly limiter: RateLimiter
  /** Throws 402 if the organization has no balance left. Implemented by billing. */
  readonly requireBalance: (organizationId: string) => Promise<void>
}

/**
 * Requires that a person may start work in this pipeline (`http.md` 7.1). Throws, in this order:
 * 409 for an archived pipeline, 403 for one that only triggers may build, 402, 429. `triggered`:
 * the work repeats a triggered build, so it does not count as a manual build.
 */
export async function requireMayBuild(
  services: MayBuildServices,
  organizationId: string,
  pipeline: PipelineRow,
  triggered = false,
): Promise<void> {
  requireLivePipeline(pipeline)
  if (!triggered) requireManualBuilds(pipeline)
  await requireOrganizationMayBuild(services, organizationId)
}

/** Requires that the organization may start work in any pipeline. Throws 402, 429. */
export async function requireOrganizationMayBuild(
  { requireBalance, limiter }: MayBuildServices,
  organizationId: string,
): Promise<void> {
  await requireBalance(organizationId)
  await limiter.take('builds', organizationId)
}

/**
 * Returns whether a trigger created the build or the one that it repeats. Such a build may be
 * repeated even if the pipeline does not allow manual builds.
 */
export function isTriggered({ event }: Pick<BuildRow, 'event'>): boolean {
  return event !== 'manual' && event !== 'api'
}
