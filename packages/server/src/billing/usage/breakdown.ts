import type { components } from '@harmont/contract'
import type { Database } from '../../platform/database/transaction.ts'
import type { Complete, CursorKey } from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import { type BuildKey, type LeaseRow, leasesOfBuilds, pageOfBuilds } from './breakdown-store.ts'
import type { UsageWindow } from './window.ts'

type BuildBody = Complete<components['schemas']['UsageBreakdownBuild']>

/** Stands for "no build" in the order of builds that begin at the same instant. */
const noBuild = '00000000-0000-0000-0000-000000000000'

interface PageWish {
  readonly pipelineId: string | null
  readonly after: CursorKey | null
  readonly limit: number
}

/** A page of builds with their leases, and the key of the next page. Cents are negative, as they were posted. */
export async function usageBreakdown(
  database: Database,
  organizationId: string,
  window: UsageWindow,
  { pipelineId, after, limit }: PageWish,
): Promise<{ readonly data: BuildBody[]; readonly next: CursorKey | null }> {
  const key: BuildKey | null = after === null ? null : { startedAt: new Date(Number(after[0])), id: String(after[1]) }
  const page = await pageOfBuilds(database, organizationId, window, { pipelineId, after: key, limit: limit + 1 })
  const shown = page.slice(0, limit)
  const ids = shown.flatMap(({ build_id }) => build_id ?? [])
  const withoutBuild = shown.length > ids.length
  const leases = Map.groupBy(
    await leasesOfBuilds(database, organizationId, window, { ids, withoutBuild }),
    ({ build_id }) => build_id,
  )
  const last = shown.at(-1)
  return {
    data: shown.flatMap(({ build_id }) => presentBuildUse(leases.get(build_id) ?? [])),
    next: page.length > limit && last ? [last.started_at.getTime(), last.build_id ?? noBuild] : null,
  }
}

/** None when its leases went between the two queries. */
function presentBuildUse(leases: readonly LeaseRow[]): BuildBody[] {
  const [first] = leases
  if (first === undefined) return []
  const ends = leases.flatMap(({ finished_at }) => finished_at ?? [])
  return [
    {
      build_id: first.build_id,
      build_external_id: first.build_id,
      build_number: first.number,
      pipeline_id: first.pipeline_id,
      pipeline_slug: first.pipeline_slug,
      pipeline_name: first.pipeline_name,
      started_at: formatInstant(first.started_at),
      finished_at: ends.length === 0 ? null : formatInstant(Math.max(...ends.map(Number))),
      total_cents: negative(leases.reduce((sum, { debit_cents }) => sum + debit_cents, 0)),
      job_count: leases.length,
      jobs: leases.map((lease) => ({
        job_id: lease.job_id,
        job_name: lease.job_name,
        step_key: lease.step_key,
        vm_handle: null,
        cpu_count: lease.cpu_count,
        memory_gb: lease.memory_gb,
        disk_gb: lease.disk_gb,
        started_at: formatInstant(lease.started_at),
        finished_at: formatOptionalInstant(lease.finished_at),
        duration_seconds: lease.seconds,
        amount_cents: negative(lease.debit_cents),
      })),
    },
  ]
}

/** Never minus zero, which JSON would not show but a comparison would. */
function negative(cents: number): number {
  return cents === 0 ? 0 : -cents
}
