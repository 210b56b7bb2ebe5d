/**
 * The jobs and builds that occupy a limit or a group, with the facts for naming and linking them on
 * a page.
 */
import { stepOf, type Wait } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import type { Waits } from '../jobs/read-waits.ts'

export interface HolderRow {
  readonly build_id: string
  readonly job_id: string | null
  readonly pipeline_slug: string
  readonly number: number
  /** null for a whole build, and for the rendering. */
  readonly step_name: string | null
}

/** Returns the key of a holder. */
export function holderKey({ buildId, jobId }: Wait['holders'][number]): string {
  return jobId ?? buildId
}

/**
 * Finds the holders named by these waits, in one statement; sends no statement if there are none.
 */
export async function readHolders(
  database: Database,
  organizationId: string,
  { place, jobs }: Waits,
): Promise<ReadonlyMap<string, HolderRow>> {
  const named = [...(place === null ? [] : [place]), ...jobs.values()].flatMap(({ holders }) => holders)
  const holders = [...new Map(named.map((holder) => [holderKey(holder), holder])).values()]
  const rows = holders.length === 0 ? [] : await findHolders(database, organizationId, holders)
  return new Map(rows.map((row) => [holderKey({ buildId: row.build_id, jobId: row.job_id }), row]))
}

/** Finds the holders within an organization (a queue). */
export async function findHolders(
  database: Database,
  organizationId: string,
  holders: Wait['holders'],
): Promise<readonly HolderRow[]> {
  const { rows } = await database.query<HolderRow>({
    name: 'find-holders',
    text: `select h.build_id, h.job_id, p.slug as pipeline_slug, r.number, ${stepOf('n', 'j')}->>'name' as step_name
             from unnest($1::uuid[], $2::uuid[]) as h(build_id, job_id)
             join build_records r on r.id = h.build_id join pipelines p on p.id = r.pipeline_id
             left join engine.jobs j on j.id = h.job_id left join engine.plans n on n.build_id = j.build_id
            where p.organization_id = $3`,
    values: [holders.map(({ buildId }) => buildId), holders.map(({ jobId }) => jobId), organizationId],
  })
  return rows
}
