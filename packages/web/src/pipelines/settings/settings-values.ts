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
  const before = valuesOf(pipeline)
  const {
    name,
    description,
    default_branch,
    repo_name,
    source_slug,
    allow_manual,
    fork_policy,
    protected_branches,
    cache_share,
  } = values
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim())
  return {
    ...(name === before.name ? {} : { name }),
    ...(description === before.description ? {} : { description: orNull(description) }),
    ...(default_branch === before.default_branch ? {} : { default_branch }),
    ...(repo_name === before.repo_name ? {} : { repo_name: orNull(repo_name) }),
    ...(source_slug === before.source_slug ? {} : { source_slug: orNull(source_slug) }),
    ...(allow_manual === before.allow_manual ? {} : { allow_manual }),
    ...(fork_policy === before.fork_policy ? {} : { fork_policy }),
    ...(protected_branches === before.protected_branches ? {} : { protected_branches: listIn(protected_branches) }),
    ...(cache_share === before.cache_share ? {} : { cache_share }),
  }
}
