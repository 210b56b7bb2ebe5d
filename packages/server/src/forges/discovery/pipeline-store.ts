/** Pipelines that are defined by the code of a repository. */
import { randomUUID } from 'node:crypto'
import { longestPipelineSlug } from '../../organizations/pipelines/pipeline-fields.ts'
import type { Database } from '../../platform/database/transaction.ts'
import { slugOf, suffixedSlug } from '../../platform/names/slug.ts'
import type { ConnectedRepository } from '../repositories/connected-repository.ts'
import { triggerJson } from '../triggers/trigger.ts'
import type { CodePipeline, KnownPipeline } from './plan-pipelines.ts'

/**
 * Locks and returns the organization's pipelines that this repository's code defines, and the
 * pipelines of this repository that no code defines.
 */
export async function knownPipelines(
  database: Database,
  { organizationId, forge, address }: ConnectedRepository,
): Promise<readonly KnownPipeline[]> {
  const { rows } = await database.query<KnownPipeline>({
    name: 'known-pipelines-of-repository',
    text: `select id, slug, source_slug, archived_by, forge is not null as "isOurs" from pipelines
            where organization_id = $1
              and ((forge = $2 and forge_repository_id = $3) or (forge is null and lower(repo_name) = lower($4)))
            order by created_at, id for update`,
    values: [organizationId, forge, address.externalId, address.fullName],
  })
  return rows
}

/**
 * Takes the repository's name from pipelines of repositories that no longer have it: each gets the
 * present name of its repository, or none if that is not connected or another pipeline has the
 * name. Otherwise the code of this repository could not have a pipeline with the same source slug.
 */
export async function takeName(
  database: Database,
  { organizationId, forge, address }: ConnectedRepository,
): Promise<void> {
  await database.query({
    name: 'take-name-of-repository',
    text: `update pipelines p
              set repo_name = (select r.owner || '/' || r.name from active_repositories r
                                where r.organization_id = $1 and r.forge = p.forge and r.external_id = p.forge_repository_id
                                  and not exists (select from pipelines q
                                                   where q.organization_id = $1 and q.source_slug = p.source_slug
                                                     and lower(q.repo_name) = lower(r.owner || '/' || r.name)))
            where p.organization_id = $1 and lower(p.repo_name) = lower($2)
              and p.forge is not null and (p.forge, p.forge_repository_id) <> ($3, $4)
              and not exists (select from active_repositories r
                               where r.organization_id = $1 and r.forge = p.forge and r.external_id = p.forge_repository_id
                                 and lower(r.owner || '/' || r.name) = lower($2))`,
    values: [organizationId, address.fullName, forge, address.externalId],
  })
}

/** Updates a pipeline to its code, except its slug. Restores a pipeline that discovery archived. */
export async function setFromCode(
  database: Database,
  pipelineId: string,
  { forge, address, defaultBranch }: ConnectedRepository,
  code: CodePipeline,
): Promise<void> {
  await database.query({
    name: 'set-pipeline-from-code',
    text: `update pipelines p
              set name = $2, allow_manual = $3, default_branch = $4, triggers = $5, source_slug = $6, forge = $7,
                  forge_repository_id = $8, repository = $9, managed_by_code = true,
                  -- Follows a renamed repository, unless another pipeline has the new name.
                  repo_name = case when not exists (select from pipelines q
                                                     where q.organization_id = p.organization_id and q.id <> p.id
                                                       and lower(q.repo_name) = lower($10) and q.source_slug = $6) then $10
                                   when lower(repo_name) <> lower($10) then repo_name end,
                  archived_at = case when archived_by = 'discovery' then null else archived_at end,
                  archived_by = nullif(archived_by, 'discovery')
            where id = $1`,
    values: [
      pipelineId,
      code.name,
      code.allowManual,
      defaultBranch,
      JSON.stringify(code.triggers.map(triggerJson)),
      code.sourceSlug,
      forge,
      address.externalId,
      address.cloneUrl,
      address.fullName,
    ],
  })
}

/**
 * Creates a pipeline with a slug made from the names of the repository and the pipeline. It has no
 * repository name while a pipeline of another repository with the same name has it, as on two
 * forges.
 */
export async function insertFromCode(
  database: Database,
  repository: ConnectedRepository,
  code: CodePipeline,
): Promise<{ readonly id: string; readonly slug: string }> {
  const { organizationId, forge, address, defaultBranch } = repository
  const id = randomUUID()
  const wanted = slugOf(`${address.fullName}-${code.sourceSlug}`, longestPipelineSlug)
  for (let n = 1; ; n += 1) {
    const slug = suffixedSlug(wanted, n, longestPipelineSlug)
    const { rowCount } = await database.query({
      name: 'insert-pipeline-from-code',
      text: `insert into pipelines (id, organization_id, slug, name, repository, repo_name, source_slug, default_branch, allow_manual,
                                    triggers, forge, forge_repository_id, managed_by_code)
             values ($1, $2, $3, $4, $5, case when not exists (select from pipelines q
                                                                where q.organization_id = $2 and lower(q.repo_name) = lower($6)
                                                                  and q.source_slug = $7) then $6 end,
                     $7, $8, $9, $10, $11, $12, true)
             on conflict (organization_id, slug) do nothing`,
      values: [
        id,
        organizationId,
        slug,
        code.name,
        address.cloneUrl,
        address.fullName,
        code.sourceSlug,
        defaultBranch,
        code.allowManual,
        JSON.stringify(code.triggers.map(triggerJson)),
        forge,
        address.externalId,
      ],
    })
    if (rowCount === 1) return { id, slug }
  }
}

export async function archiveVanished(database: Database, pipelineId: string): Promise<void> {
  await database.query({
    name: 'archive-vanished-pipeline',
    text: `update pipelines set archived_at = date_trunc('milliseconds', now()), archived_by = 'discovery'
            where id = $1 and archived_at is null`,
    values: [pipelineId],
  })
}
