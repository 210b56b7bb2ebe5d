import type { BuildContext } from '@harmont/engine'
import type { ConditionContext } from '@harmont/ir'
import type { Membership } from '../http/index.ts'
import type { PipelineRow } from '../pipelines/store.ts'
import type { BuildInput } from './build-input.ts'

interface BuildPlace {
  readonly membership: Membership
  readonly pipeline: PipelineRow
  readonly number: number
  readonly publicUrl: string
}

/** What the engine must know of a build besides its plan (`engine.md` 4). */
export function buildContext(input: BuildInput, place: BuildPlace): BuildContext {
  const { membership, pipeline, number } = place
  const url = buildUrl(place)
  return {
    env: input.env,
    injectedEnv: {
      HARMONT: 'true',
      CI: 'true',
      HARMONT_ORG: membership.organizationSlug,
      HARMONT_PIPELINE: pipeline.slug,
      HARMONT_BUILD_NUMBER: String(number),
      HARMONT_BUILD_URL: url,
      HARMONT_BRANCH: input.branch,
      HARMONT_COMMIT: input.commit,
      HARMONT_EVENT: eventOf(input),
      ...(pipeline.repo_name === null ? {} : { HARMONT_REPO: pipeline.repo_name }),
    },
    cacheNamespace: `${membership.organizationId}/trusted`,
    origin: { pipeline: pipeline.slug, number: String(number), url },
    renderSlug: input.ir === null ? (pipeline.source_slug ?? pipeline.slug) : null,
    source: input.upload?.blob ? { kind: 'archive', blob: input.upload.blob, sha256: input.upload.sha256 } : null,
    conditionContext: conditionContext(input),
  }
}

/** The facts that the conditions of its steps are evaluated with. */
export function conditionContext(input: BuildInput): ConditionContext {
  const { branch, env } = input
  return { event: eventOf(input), branch, baseBranch: null, tag: null, changed: null, env, local: false }
}

function eventOf(input: BuildInput): 'manual' | 'api' {
  return input.source === 'ui' ? 'manual' : 'api'
}

/** The page of a build. */
function buildUrl({ membership, pipeline, number, publicUrl }: BuildPlace): string {
  return `${publicUrl}/${membership.organizationSlug}/pipelines/${pipeline.slug}/builds/${number}`
}
