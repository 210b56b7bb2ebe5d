import type { BuildContext } from '@harmont/engine'
import { matchesRefGlob } from '@harmont/ir'
import type { PipelineRow } from '../../organizations/index.ts'
import type { BuildFacts } from '../records/build-facts.ts'

/** The facts that determine which cache entries a build finds. */
export interface CacheReader {
  readonly organizationId: string
  readonly pipeline: Pick<PipelineRow, 'id' | 'default_branch' | 'protected_branches' | 'cache_share'>
  readonly branch: string
  readonly facts: Pick<BuildFacts, 'trust' | 'refClass' | 'tag' | 'pullRequest'>
  /** The account that requested it; null if no account did. */
  readonly userId: string | null
}

type Scope = 'protected' | 'branch' | 'upload' | 'fork'

const rules: Readonly<Record<Scope, string>> = {
  protected: 'The default branch and protected branches use only entries that such branches of this pipeline stored.',
  branch:
    'A branch uses entries that branches of this pipeline stored. The default branch and protected branches do not use the entries it stores.',
  upload:
    'An upload uses entries that branches of this pipeline, and uploads by the same person, stored. Nothing else uses the entries it stores.',
  fork: 'A fork uses entries that branches of this pipeline stored. Nothing else uses the entries it stores.',
}
const shareRule =
  'The pipeline shares its cache: all its builds except those of forks use the entries that any of them stored.'

/**
 * Returns where a build finds cache entries and where it stores its own (`engine.md` 6), with a
 * description of that rule. A build never finds entries of less trust: otherwise a person who
 * cannot push to the default branch could provide the base of its next build. Entries belong to one
 * pipeline, because members can create others.
 */
export function cacheOf(reader: CacheReader, withoutCache: boolean): Required<Omit<BuildContext['cache'], 'anew'>> {
  const { organizationId, pipeline, facts, userId } = reader
  const place = (name: string) => `${organizationId}/${pipeline.id}/${name}`
  const uploads = place(pipeline.cache_share ? 'uploads' : `uploads/${userId ?? ''}`)
  const own: Readonly<Record<Scope, string>> = {
    protected: place('protected'),
    branch: place('branches'),
    upload: uploads,
    fork: place(`forks/${facts.pullRequest?.headRepository?.toLowerCase() ?? ''}`),
  }
  const scope = scopeOf(reader)
  const isShared = pipeline.cache_share && scope !== 'fork'
  const read = isShared
    ? [own.protected, own.branch, own.upload]
    : [own.protected, ...below(scope).map((each) => own[each])]
  return { read: withoutCache ? [] : read, write: own[scope], rule: isShared ? shareRule : rules[scope] }
}

/** Returns the scopes whose entries a build finds in addition to those of protected branches. */
function below(scope: Scope): readonly Scope[] {
  if (scope === 'protected') return []
  return scope === 'branch' ? ['branch'] : ['branch', scope]
}

function scopeOf({ pipeline, branch, facts }: CacheReader): Scope {
  if (facts.trust === 'fork') return 'fork'
  if (facts.refClass === 'upload') return 'upload'
  if (facts.tag !== null || facts.pullRequest !== null) return 'branch'
  const { default_branch: main, protected_branches: globs } = pipeline
  return branch === main || globs.some((glob) => matchesRefGlob(glob, branch)) ? 'protected' : 'branch'
}
