import { changedMembers } from '../../api/changed-members.ts'
import type { Schema } from '../../api/schemas.ts'
import { listIn } from '../../text/list-in.ts'

export interface SettingsValues {
  readonly name: string
  readonly description: string
  readonly default_branch: string
  readonly repo_name: string
  readonly source_slug: string
  readonly allow_manual: boolean
  readonly fork_policy: 'approval' | 'always' | 'never'
  /** Globs separated by spaces. */
  readonly protected_branches: string
  readonly cache_share: boolean
}

/** Converts a pipeline to form values. */
export function valuesOf(pipeline: Schema<'Pipeline'>): SettingsValues {
  const { name, description, default_branch, repo_name, source_slug, allow_manual, fork_policy } = pipeline
  return {
    ...{ name, default_branch, allow_manual },
    description: description ?? '',
    repo_name: repo_name ?? '',
    source_slug: source_slug ?? '',
    fork_policy: fork_policy ?? 'approval',
    protected_branches: pipeline.protected_branches?.join(' ') ?? '',
    cache_share: pipeline.cache_share ?? false,
  }
}

/** Returns only the changed settings. An empty text becomes null. */
export function changesOf(pipeline: Schema<'Pipeline'>, values: SettingsValues): Schema<'UpdatePipelineRequest'> {
  return changedMembers(bodyOf(valuesOf(pipeline)), bodyOf(values))
}

function bodyOf({ description, repo_name, source_slug, protected_branches, ...rest }: SettingsValues) {
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim())
  return {
    ...rest,
    description: orNull(description),
    repo_name: orNull(repo_name),
    source_slug: orNull(source_slug),
    protected_branches: listIn(protected_branches),
  }
}
