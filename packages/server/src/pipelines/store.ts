import type { Database } from '../database/transaction.ts'
import type { AgeKey } from '../pagination/page.ts'

export interface PipelineRow {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly description: string | null
  readonly repository: string
  readonly repo_name: string | null
  readonly source_slug: string | null
  readonly default_branch: string
  readonly allow_manual: boolean
  readonly created_at: Date
}

const columns =
  'id, slug, name, description, repository, repo_name, source_slug, default_branch, allow_manual, created_at'

/** The organization's pipelines after a key, oldest first. */
export async function listPipelinesOf(
  database: Database,
  organizationId: string,
  after: AgeKey | null,
  limit: number,
): Promise<readonly PipelineRow[]> {
  const { rows } = await database.query<PipelineRow>(
    `select ${columns} from pipelines
      where organization_id = $1 and (created_at, id) > (coalesce($2::timestamptz, '-infinity'), coalesce($3::uuid, $1))
      order by created_at, id
      limit $4`,
    [organizationId, after?.createdAt ?? null, after?.id ?? null, limit],
  )
  return rows
}

export async function findPipeline(
  database: Database,
  organizationId: string,
  slug: string,
): Promise<PipelineRow | undefined> {
  const { rows } = await database.query<PipelineRow>({
    name: 'find-pipeline',
    text: `select ${columns} from pipelines where organization_id = $1 and slug = $2`,
    values: [organizationId, slug],
  })
  return rows[0]
}

/** The pipeline of this name inside this repository; the repository's name in any case. */
export async function findPipelineBySource(
  database: Database,
  organizationId: string,
  repoName: string,
  sourceSlug: string,
): Promise<PipelineRow | undefined> {
  const { rows } = await database.query<PipelineRow>({
    name: 'find-pipeline-by-source',
    text: `select ${columns} from pipelines where organization_id = $1 and lower(repo_name) = lower($2) and source_slug = $3`,
    values: [organizationId, repoName, sourceSlug],
  })
  return rows[0]
}

export type NewPipeline = Omit<PipelineRow, 'created_at' | 'allow_manual'> & { readonly organizationId: string }

/** Fails with a unique violation of `pipelines_slug_unique` or `pipelines_source_unique`. */
export async function insertPipeline(database: Database, pipeline: NewPipeline): Promise<PipelineRow> {
  const { rows } = await database.query<PipelineRow>(
    `insert into pipelines (id, organization_id, slug, name, description, repository, repo_name, source_slug, default_branch)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${columns}`,
    [
      pipeline.id,
      pipeline.organizationId,
      pipeline.slug,
      pipeline.name,
      pipeline.description,
      pipeline.repository,
      pipeline.repo_name,
      pipeline.source_slug,
      pipeline.default_branch,
    ],
  )
  const [row] = rows
  if (row === undefined) throw new Error('the inserted pipeline was not returned')
  return row
}
