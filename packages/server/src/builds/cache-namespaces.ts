import type { BuildContext } from '@harmont/engine'
import type { BuildFacts } from './build-facts.ts'

/**
 * Where a build finds cache entries and where its own go (`engine.md` 6). A fork reads what trusted builds left and writes where only builds of the same
 * fork look.
 */
export function cacheOf(
  organizationId: string,
  pipelineId: string,
  { trust, pullRequest }: Pick<BuildFacts, 'trust' | 'pullRequest'>,
  withoutCache: boolean,
): BuildContext['cache'] {
  const shared = `${organizationId}/trusted`
  const own = `${organizationId}/fork/${pullRequest?.headRepository?.toLowerCase() ?? pipelineId}`
  const cache = trust === 'trusted' ? { read: [shared], write: shared } : { read: [own, shared], write: own }
  return withoutCache ? { ...cache, read: [] } : cache
}
