import type { Database } from '../../platform/database/transaction.ts'
import type { AgeKey } from '../../platform/pagination/page.ts'

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
  readonly archived_at: Date | null
  readonly archived_by: 'person' | 'discovery' | null
  /** Whether the repository's code sets name, manual builds and default branch. */
  readonly managed_by_code: boolean
  readonly fork_policy: 'approval' | 'always' | 'never'
  /** Globs of branches that, like the default branch, share cache entries only with each other. */
  readonly protected_branches: readonly string[]
  /** Whether all builds of the pipeline, except those of forks, share cache entries. */
  readonly cache_share: boolean
  readonly created_at: Date
}

/** The columns of a `PipelineRow`. */
export const pipelineColumns =
  'id, slug, name, description, repository, repo_name, source_slug, default_branch, allow_manual, archived_at, archived_by, managed_by_code, fork_policy, protected_branches, cache_share, created_at'

export interface PipelineFilter {
  readonly archived: boolean
  /** A part of the name, the slug or the repository, compared case-insensitively. */
  readonly q: string | null
}

/** Lists the organization's pipelines after a key, oldest first. */
export async function listPipelinesOf(
  database: Database,
  organizationId: string,
  { archived, q }: PipelineFilter,
  after: AgeKey | null,
  limit: number,
): Promise<readonly PipelineRow[]> {
  const { rows } = await database.query<PipelineRow>({
    name: 'list-pipelines',
    text: `select ${pipelineColumns} from pipelines
      where organization_id = $1 and (created_at, id) > (coalesce($2::timestamptz, '-infinity'), coalesce($3::uuid, $1))
        and (archived_at is not null) = $4
        and ($5::text is null or position($5 in lower(name)) > 0 or position($5 in slug) > 0 or position($5 in lower(repository)) > 0)
      order by created_at, id
      limit $6`,
    values: [organizationId, after?.createdAt ?? null, after?.id ?? null, archived, q?.toLowerCase() ?? null, limit],
  })
  return rows
}

export async function findPipeline(
  database: Database,
  organizationId: string,
  slug: string,
): Promise<PipelineRow | undefined> {
  const { rows } = await database.query<PipelineRow>({
    name: 'find-pipeline',
    text: `select ${pipelineColumns} from pipelines where organization_id = $1 and slug = $2`,
    values: [organizationId, slug],
  })
  return rows[0]
}

/**
 * Locks a pipeline until the transaction ends, and returns it. Returns undefined if it no longer
 * exists.
 */
export async function lockPipelineRow(database: Database, id: string): Promise<PipelineRow | undefined> {
  const { rows } = await database.query<PipelineRow>(
    `select ${pipelineColumns} from pipelines where id = $1 for update`,
    [id],
  )
  return rows[0]
}

/**
 * Finds the pipeline of this name in a repository. The repository's name is compared
 * case-insensitively.
 */
export async function findPipelineBySource(
  database: Database,
  organizationId: string,
  repoName: string,
  sourceSlug: string,
): Promise<PipelineRow | undefined> {
  const { rows } = await database.query<PipelineRow>({
    name: 'find-pipeline-by-source',
    text: `select ${pipelineColumns} from pipelines where organization_id = $1 and lower(repo_name) = lower($2) and source_slug = $3`,
    values: [organizationId, repoName, sourceSlug],
  })
  return rows[0]
}

/** The fields of a pipeline that users may change, and its archiving. */
export type PipelineChange = Omit<PipelineRow, 'id' | 'slug' | 'repository' | 'managed_by_code' | 'created_at'>

/** Fails with a unique violation of `pipelines_source_unique`. */
export async function updatePipelineRow(database: Database, id: string, change: PipelineChange): Promise<PipelineRow> {
  const { rows } = await database.query<PipelineRow>(
    `update pipelines set name = $2, description = $3, default_branch = $4, allow_manual = $5, repo_name = $6, source_slug = $7,
       fork_policy = $8, archived_at = $9, archived_by = $10, protected_branches = $11, cache_share = $12
      where id = $1 returning ${pipelineColumns}`,
    [
      id,
      change.name,
      change.description,
      change.default_branch,
      change.allow_manual,
      change.repo_name,
      change.source_slug,
      change.fork_policy,
      change.archived_at,
      change.archived_by,
      change.protected_branches,
      change.cache_share,
    ],
  )
  return only(rows)
}

/**
 * Restores a pipeline that discovery archived. Does nothing to a pipeline that a person archived.
 */
export async function restoreDiscovered(database: Database, id: string): Promise<void> {
  await database.query(
    "update pipelines set archived_at = null, archived_by = null where id = $1 and archived_by = 'discovery'",
    [id],
  )
}

export type NewPipeline = Pick<
  PipelineRow,
  'id' | 'slug' | 'name' | 'description' | 'repository' | 'repo_name' | 'source_slug' | 'default_branch'
> & { readonly organizationId: string }

/** Fails with a unique violation of `pipelines_slug_unique` or `pipelines_source_unique`. */
export async function insertPipeline(database: Database, pipeline: NewPipeline): Promise<PipelineRow> {
  const { rows } = await database.query<PipelineRow>(
    `insert into pipelines (id, organization_id, slug, name, description, repository, repo_name, source_slug, default_branch)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${pipelineColumns}`,
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
  return only(rows)
}

/** Returns whether members who are not admins may create pipelines. */
export async function membersCanCreate(database: Database, organizationId: string): Promise<boolean> {
  const { rows } = await database.query<{ allowed: boolean }>({
    name: 'members-can-create',
    text: 'select members_can_create_pipelines as allowed from organizations where id = $1',
    values: [organizationId],
  })
  return rows[0]?.allowed === true
}

function only(rows: readonly PipelineRow[]): PipelineRow {
  const [row] = rows
  if (row === undefined) throw new Error('the pipeline that was written was not returned')
  return row
}
