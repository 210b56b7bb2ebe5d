/** Use by build: leases that are charged, waiting to be charged, or still running. */
import type { components } from '@harmont/contract'
import { stepOf } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import type { Complete, CursorKey } from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import type { UsageWindow } from './window.ts'

type BuildBody = Complete<components['schemas']['UsageBreakdownBuild']>

/** Stands for the missing build id of leases, to sort them among builds of the same start. */
const noBuild = '00000000-0000-0000-0000-000000000000'

interface PageRequest {
  readonly pipelineId: string | null
  readonly after: CursorKey | null
  readonly limit: number
}

/** Returns a page of builds with their leases, and the next key. Debits are negative. */
export async function usageBreakdown(
  database: Database,
  organizationId: string,
  window: UsageWindow,
  { pipelineId, after, limit }: PageRequest,
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
    data: shown.flatMap(({ build_id }) => presentBuild(leases.get(build_id) ?? [])),
    next: page.length > limit && last ? [last.started_at.getTime(), last.build_id ?? noBuild] : null,
  }
}

/** Returns nothing if the leases were deleted between the two queries. */
function presentBuild(leases: readonly LeaseRow[]): BuildBody[] {
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

/** Negates cents without producing minus zero. */
function negative(cents: number): number {
  return cents === 0 ? 0 : -cents
}

interface BuildKey {
  readonly startedAt: Date
  readonly id: string
}

interface BuildPageRow {
  /** null: the entry of leases whose build was deleted. */
  readonly build_id: string | null
  readonly started_at: Date
}

interface LeaseRow {
  readonly build_id: string | null
  readonly number: number | null
  readonly pipeline_id: string | null
  readonly pipeline_slug: string | null
  readonly pipeline_name: string | null
  readonly job_id: string
  readonly step_key: string
  readonly job_name: string
  readonly cpu_count: number
  readonly memory_gb: number
  readonly disk_gb: number
  readonly started_at: Date
  readonly finished_at: Date | null
  readonly seconds: number | null
  readonly debit_cents: number
}

// The last part finds running jobs through the few rows of engine.leases.
const leases = `
  select l.build_id, l.job_id, l.step_key, l.job_name, l.cpu_count, l.memory_gb, l.disk_gb, l.started_at, l.finished_at, l.seconds::float8 as seconds,
         l.debit_cents::float8 as debit_cents
    from vm_leases l where l.organization_id = $1 and l.started_at >= $2 and l.started_at < $3
  union all
  select u.build_id, u.job_id, u.step_key, u.job_name, u.cpu_count, u.memory_gb, u.disk_gb, u.started_at, u.finished_at, null, 0
    from unmetered_jobs u where u.organization_id = $1 and u.started_at >= $2 and u.started_at < $3
  union all
  select j.build_id, j.id, s->>'key', coalesce(s->>'name', s->>'key'), (s->'resources'->>'cpu')::int, (s->'resources'->>'memoryGb')::int,
         (s->'resources'->>'diskGb')::int, j.started_at, null, null, 0
    from engine.leases e
    join engine.jobs j on j.id = e.job_id and j.step is not null and j.finished_at is null
    join engine.builds b on b.id = e.build_id and b.queue = $1::text
    join engine.plans p on p.build_id = e.build_id
   cross join lateral (select ${stepOf('p', 'j')} as s) as step
   where e.started and j.started_at >= $2 and j.started_at < $3`

/** Lists a page of the builds with leases in the window, newest first. */
async function pageOfBuilds(
  database: Database,
  organizationId: string,
  window: UsageWindow,
  page: { readonly pipelineId: string | null; readonly after: BuildKey | null; readonly limit: number },
): Promise<readonly BuildPageRow[]> {
  const { rows } = await database.query<BuildPageRow>({
    name: 'page-of-used-builds',
    text: `select r.id as build_id, min(l.started_at) as started_at
             from (${leases}) l left join build_records r on r.id = l.build_id
            where $4::uuid is null or r.pipeline_id = $4
            group by r.id
           having $5::timestamptz is null
               or (min(l.started_at), coalesce(r.id, '00000000-0000-0000-0000-000000000000')) < ($5, $6::uuid)
            order by min(l.started_at) desc, coalesce(r.id, '00000000-0000-0000-0000-000000000000') desc
            limit $7`,
    values: [
      organizationId,
      window.from,
      window.to,
      page.pipelineId,
      page.after?.startedAt ?? null,
      page.after?.id ?? null,
      page.limit,
    ],
  })
  return rows
}

/** Lists leases of builds in the window, oldest first, optionally those of deleted builds. */
async function leasesOfBuilds(
  database: Database,
  organizationId: string,
  window: UsageWindow,
  builds: { readonly ids: readonly string[]; readonly withoutBuild: boolean },
): Promise<readonly LeaseRow[]> {
  const { rows } = await database.query<LeaseRow>({
    name: 'leases-of-builds',
    text: `select r.id as build_id, r.number, p.id as pipeline_id, p.slug as pipeline_slug, p.name as pipeline_name, l.job_id, l.step_key, l.job_name,
                  l.cpu_count, l.memory_gb, l.disk_gb, l.started_at, l.finished_at, l.seconds, l.debit_cents
             from (${leases}) l left join build_records r on r.id = l.build_id left join pipelines p on p.id = r.pipeline_id
            where r.id = any($4::uuid[]) or ($5 and r.id is null)
            order by l.started_at, l.job_id`,
    values: [organizationId, window.from, window.to, builds.ids, builds.withoutBuild],
  })
  return rows
}
