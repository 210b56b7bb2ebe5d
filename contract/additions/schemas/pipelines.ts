import type { JsonSchema } from '../../src/document.ts'
import {
  describe,
  list,
  nullableInstant,
  nullableText,
  object,
  oneOf,
  page,
  ref,
  text,
  yesOrNo,
} from '../json-schema.ts'

const sourceSlug = describe(nullableText, "The pipeline's name inside its repository.")
const forkPolicy = describe(oneOf('approval', 'always', 'never'), 'What happens to pull requests from forks.')

const protectedBranches = describe(
  list(text),
  'Globs of branches that, as the default branch, find only cache entries that such branches made.',
)
const cacheShare = describe(yesOrNo, "All its builds but those of forks find each other's cache entries.")

export const pipelineSchemas: Readonly<Record<string, JsonSchema>> = {
  UpdatePipelineRequest: object(
    {},
    {
      name: text,
      description: nullableText,
      default_branch: text,
      allow_manual: yesOrNo,
      repo_name: nullableText,
      source_slug: sourceSlug,
      fork_policy: forkPolicy,
      protected_branches: protectedBranches,
      cache_share: cacheShare,
      archived: yesOrNo,
    },
  ),
  PipelineSummary: object({
    pipeline: ref('Pipeline'),
    builds: describe(list(ref('BuildSummary')), 'At most 20, newest first.'),
  }),
  PipelineSummaryList: page('PipelineSummary'),
}

export const pipelineMembers: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = {
  CreatePipelineRequest: { source_slug: sourceSlug },
  Pipeline: {
    source_slug: sourceSlug,
    archived_at: nullableInstant,
    managed_by_code: describe(yesOrNo, "Name, manual builds and default branch are set by the repository's code."),
    fork_policy: forkPolicy,
    protected_branches: protectedBranches,
    cache_share: cacheShare,
  },
}
