import type { Database } from '../../platform/database/transaction.ts'

/** Where a build of an organization is; undefined when it has gone with its pipeline. */
export async function findBuildPlace(
  database: Database,
  organizationId: string,
  buildId: string,
): Promise<{ readonly pipelineSlug: string; readonly number: number } | undefined> {
  const { rows } = await database.query<{ pipelineSlug: string; number: number }>({
    name: 'find-build-place',
    text: `select p.slug as "pipelineSlug", r.number from build_records r join pipelines p on p.id = r.pipeline_id
            where r.id = $1 and p.organization_id = $2`,
    values: [buildId, organizationId],
  })
  return rows[0]
}
