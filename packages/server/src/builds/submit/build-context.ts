import type { BuildContext, TraceOrigin } from '@harmont/engine'
import type { PipelineRow } from '../../organizations/index.ts'
import { type BuildFacts, claimantOf, conditionContext } from '../records/build-facts.ts'
import type { BuildInput } from './build-input.ts'
import { cacheOf } from './cache-namespaces.ts'

/** The organization of the build. */
export interface Owner {
  readonly organizationId: string
  readonly organizationSlug: string
}

interface BuildPlace {
  readonly owner: Owner
  readonly pipeline: PipelineRow
  readonly number: number
  readonly egressCeiling: readonly string[] | null
  readonly publicUrl: string
  /** Undefined without tracing. */
  readonly trace: TraceOrigin | undefined
  /** The account that requested it; null if no account did. */
  readonly userId: string | null
}

/** Returns the engine's context of a build, in addition to the plan (`engine.md` 4, `cli.md` 4). */
export function buildContext(input: BuildInput, facts: BuildFacts, place: BuildPlace): BuildContext {
  const { owner, pipeline, number, trace, userId, egressCeiling } = place
  const { branch, commit, env, ir, source } = input
  const url = buildUrl(place)
  const { tag, baseBranch, pullRequest, trust } = facts
  const claimant = claimantOf(facts)
  return {
    env,
    injectedEnv: {
      HARMONT: 'true',
      CI: 'true',
      HARMONT_ORG: owner.organizationSlug,
      HARMONT_PIPELINE: pipeline.slug,
      HARMONT_BUILD_NUMBER: String(number),
      HARMONT_BUILD_URL: url,
      HARMONT_BRANCH: branch,
      HARMONT_COMMIT: commit,
      HARMONT_EVENT: facts.event,
      ...(tag === null ? {} : { HARMONT_TAG: tag }),
      ...(baseBranch === null ? {} : { HARMONT_BASE_BRANCH: baseBranch }),
      ...(pullRequest === null ? {} : { HARMONT_PULL_REQUEST: String(pullRequest.number) }),
      ...(pipeline.repo_name === null ? {} : { HARMONT_REPO: pipeline.repo_name }),
    },
    cache: cacheOf({ ...owner, pipeline, branch, facts, userId }, input.withoutCache),
    trust,
    origin: { pipeline: pipeline.slug, number: String(number), url },
    renderSlug: ir === null ? (pipeline.source_slug ?? pipeline.slug) : null,
    source,
    conditionContext: conditionContext(branch, env, facts),
    ...(claimant === null ? {} : { claimant }),
    ...(trace && { trace }),
    ...(egressCeiling && { egressCeiling }),
  }
}

/** Returns the address of a build's page. */
function buildUrl({ owner, pipeline, number, publicUrl }: BuildPlace): string {
  return `${publicUrl}/${owner.organizationSlug}/pipelines/${pipeline.slug}/builds/${number}`
}
