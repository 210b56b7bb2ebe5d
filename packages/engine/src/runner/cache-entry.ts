import { lookupKey } from '@harmont/ir'
import type { Snapshot, SnapshotMeta } from '@harmont/sandbox'
import type { LeasedJob } from '../port.ts'
import type { Base, StepWork } from './base.ts'
import type { Lineage } from './lineage.ts'

export type CacheAddress = NonNullable<SnapshotMeta['cache']>

/**
 * Under which name the step's result may be found by later builds; null when it may not. The platform is part of the namespace, because a machine of
 * another kind would run other programs.
 */
export async function cacheAddress(
  { step }: StepWork,
  { buildEnv, cacheNamespace }: LeasedJob,
  base: Base,
  lineage: Lineage,
): Promise<CacheAddress | null> {
  if (step.cacheKey === null) return null
  const parent = 'image' in base ? '' : await lineage.of(base.parent)
  if (parent === undefined) return null
  const { cacheKey, command } = step
  const digest = 'image' in base ? base.image.digest : base.parent.imageDigest
  return {
    namespace: `${cacheNamespace}|${digest}|${process.platform}-${process.arch}`,
    key: lookupKey({ cacheKey, command, env: { ...step.env, ...buildEnv }, parent }),
  }
}

/** The sentence that explains a hit: which step of which build, and where to see it. */
export function hitSentence({ meta: { origin } }: Snapshot): string {
  const { pipeline = 'a build', number = '?', step = '?', url } = origin
  return `cache hit: made by ${pipeline} #${number} (step ${step})${url ? `, ${url}` : ''}`
}
