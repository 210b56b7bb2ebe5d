import type { Database } from '../platform/database/transaction.ts'

export interface SetLimit {
  readonly organization: string
  readonly pipeline: string | null
  readonly limit: number
  /** Jobs that count against it now. */
  readonly running: number
}

/** All limits on running jobs, of organizations before their pipelines. */
export async function listLimits(database: Database): Promise<readonly SetLimit[]> {
  const { rows } = await database.query<SetLimit>(
    `select o.slug as organization, p.slug as pipeline, l.jobs as limit,
            (select count(*)::int from engine.leases s where s.queue = o.id::text and (p.id is null or s.pipeline = p.id::text)) as running
       from engine.limits l
       left join pipelines p on l.kind = 'pipeline' and p.id::text = l.id
       join organizations o on o.id::text = l.id and l.kind = 'queue' or o.id = p.organization_id
      order by o.slug, p.slug nulls first`,
  )
  return rows
}

interface Found {
  readonly organizationId: string
  /** null: it has no such pipeline. */
  readonly pipelineId: string | null
}

/** The ids behind the slugs; undefined without such an organization. */
export async function findLimited(
  database: Database,
  organization: string,
  pipeline: string | null,
): Promise<Found | undefined> {
  const { rows } = await database.query<Found>(
    `select o.id as "organizationId", p.id as "pipelineId"
       from organizations o left join pipelines p on p.organization_id = o.id and p.slug = $2 where o.slug = $1 and o.deleted_at is null`,
    [organization, pipeline],
  )
  return rows[0]
}
