import { type PipelineRow, requireLivePipeline, requireManualBuilds } from '../../organizations/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import type { BuildRow } from '../records/store.ts'

export interface MayBuildServices {
  readonly limiter: RateLimiter
  /** Throws 402 when the organization has no balance left. Implemented by billing. */
  readonly requireBalance: (organizationId: string) => Promise<void>
}

/**
 * Requires that a person may have new work done in this pipeline (`http.md` 7.1). Throws, in this
 * order: 409 for an archived pipeline, 403 for one that only triggers may build, 402, 429.
 * `triggered`: the work repeats what a trigger made, which is no manual build.
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

/** Requires that the organization may have new work in any pipeline. Throws 402, 429. */
export async function requireOrganizationMayBuild(
  { requireBalance, limiter }: MayBuildServices,
  organizationId: string,
): Promise<void> {
  await requireBalance(organizationId)
  await limiter.take('builds', organizationId)
}

/**
 * Tells whether a trigger made the build, or the one that it repeats: then it may be repeated where
 * no build can be started by hand.
 */
export function isTriggered({ event }: Pick<BuildRow, 'event'>): boolean {
  return event !== 'manual' && event !== 'api'
}
