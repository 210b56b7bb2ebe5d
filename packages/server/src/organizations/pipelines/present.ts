import type { components } from '@harmont/contract'
import type { Complete } from '../../platform/http/index.ts'
import { formatInstant, formatOptionalInstant } from '../../platform/input/instant.ts'
import type { PipelineRow } from './store.ts'

/** Presents a pipeline to the members of its organization. */
export function presentPipeline(row: PipelineRow): Complete<components['schemas']['Pipeline']> {
  return {
    slug: row.slug,
    name: row.name,
    description: row.description,
    repository: row.repository,
    repo_name: row.repo_name,
    source_slug: row.source_slug,
    default_branch: row.default_branch,
    visibility: 'private',
    allow_manual: row.allow_manual,
    archived_at: formatOptionalInstant(row.archived_at),
    managed_by_code: row.managed_by_code,
    fork_policy: row.fork_policy,
    protected_branches: [...row.protected_branches],
    cache_share: row.cache_share,
    created_at: formatInstant(row.created_at),
  }
}
