import type { Schemas } from '@harmont/cloud'
import { minute } from '../terminal/table.ts'

/** Lists what people are told of a pipeline. */
export function pipelineFacts(pipeline: Schemas['Pipeline'], appUrl: string, org: string) {
  const protectedBranches = pipeline.protected_branches ?? []
  return [
    ['slug', pipeline.slug],
    ['name', pipeline.name],
    ['description', pipeline.description],
    ['repository', pipeline.repository],
    ['in the repository', pipeline.source_slug],
    ['default branch', pipeline.default_branch],
    ['protected branches', protectedBranches.length === 0 ? null : protectedBranches.join(' ')],
    ['cache', pipeline.cache_share ? 'shared by all builds except those of forks' : 'separated by ref trust'],
    ['manual builds', pipeline.allow_manual ? 'allowed' : 'not allowed'],
    ['created', minute(pipeline.created_at)],
    ['archived', minute(pipeline.archived_at)],
    ['page', `${appUrl}/${org}/pipelines/${pipeline.slug}`],
  ] as const
}
