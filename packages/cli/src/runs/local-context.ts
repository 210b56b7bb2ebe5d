import type { BuildContext } from '@harmont/engine'
import type { SourceTreeRef } from '@harmont/sandbox'
import type { GitFacts } from '@harmont/source-set'
import { localConditions } from '../project/plan-run.ts'
import { repositoryOf } from '../project/read-project.ts'
import type { RunFacts } from '../records/run-record.ts'

/** All projects of this machine share one cache. */
const localNamespace = 'local'
export const localRule = 'Local runs share one cache across all projects and branches of this machine.'

const noCommit = '0'.repeat(40)

export interface ContextOptions {
  readonly facts: RunFacts
  readonly git: GitFacts | null
  readonly org: string | undefined
  readonly tree: SourceTreeRef | null
  /** `--no-cache`: true for all steps, or the keys of these steps. */
  readonly anew: true | readonly string[]
}

/**
 * Returns the engine's context of a local run: the same as on the server, plus HARMONT_LOCAL
 * (`cli.md` 4).
 */
export function localContext({ facts, git, org, tree, anew }: ContextOptions): BuildContext {
  const { slug, number, branch, commit, env } = facts
  const repository = repositoryOf(git?.remote ?? null)
  return {
    env,
    injectedEnv: {
      HARMONT: 'true',
      CI: 'true',
      HARMONT_LOCAL: 'true',
      HARMONT_ORG: org ?? 'local',
      HARMONT_PIPELINE: slug,
      HARMONT_BUILD_NUMBER: String(number),
      HARMONT_BUILD_URL: '',
      HARMONT_BRANCH: branch ?? '',
      HARMONT_COMMIT: commit ?? noCommit,
      HARMONT_EVENT: 'manual',
      ...(repository === null ? {} : { HARMONT_REPO: repository }),
    },
    cache: {
      read: anew === true ? [] : [localNamespace],
      write: localNamespace,
      anew: anew === true ? [] : anew,
      rule: localRule,
    },
    trust: 'trusted',
    origin: { pipeline: slug, number: String(number) },
    renderSlug: null,
    source: tree === null ? null : { kind: 'tree', tree },
    conditionContext: localConditions(branch, env),
  }
}
