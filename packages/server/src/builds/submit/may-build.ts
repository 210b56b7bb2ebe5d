import type pg from 'pg'
import { requireBalance } from '../../billing/ledger/balance.ts'
import { type PipelineRow, requireLivePipeline, requireManualBuilds } from '../../organizations/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'

export interface GateServices {
  readonly pool: pg.Pool
  readonly settings: Settings
  readonly limiter: RateLimiter
}

/**
 * Whether a person may have new work done in this pipeline (`http.md` 7.1), in the order in which it is told: 409 archived, 403 for a pipeline that only
 * triggers may build, 402, 429. `triggered`: what is asked for is once more what a trigger made, which is no manual build.
 */
export async function passGates(
  services: GateServices,
  organizationId: string,
  pipeline: PipelineRow,
  triggered = false,
): Promise<void> {
  requireLivePipeline(pipeline)
  if (!triggered) requireManualBuilds(pipeline)
  await passOrganizationGates(services, organizationId)
}

/** Those of the gates that are the organization's: 402, 429. */
export async function passOrganizationGates(
  { pool, settings, limiter }: GateServices,
  organizationId: string,
): Promise<void> {
  await requireBalance(pool, settings, organizationId)
  await limiter.take('builds', organizationId)
}
