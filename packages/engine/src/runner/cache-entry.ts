import { lookupKey } from '@harmont/ir'
import type { Snapshot, SnapshotMeta, WatchedDigest } from '@harmont/sandbox'
import type { Base, StepWork } from './base.ts'
import type { JobContext } from './job-context.ts'
import { maySee } from './secrets.ts'
import { watchedOf } from './watched-of.ts'

export type CacheAddress = NonNullable<SnapshotMeta['cache']>

/** Where the result of a step may be found, in this order, and where it goes. */
export interface CachePlaces {
  readonly read: readonly CacheAddress[]
  readonly write: CacheAddress
  /** L of what the step builds in; '' for one that begins with an image. */
  readonly parent: string
  /** Of the files that the step's policy watches; null when it watches none. */
  readonly files: WatchedDigest | null
}

/**
 * Under which name the step's result may be found by later builds; null when it may not. The platform is part of the namespace, because a machine of
 * another kind would run other programs.
 */
export async function cachePlaces(context: JobContext, { step }: StepWork, base: Base): Promise<CachePlaces | null> {
  const { buildEnv, cache } = context.lease.job
  if (step.cacheKey === null) return null
  const parent = 'image' in base ? '' : await context.lineage.of(base.parent)
  if (parent === undefined) return null
  const files = await watchedOf(context, step)
  const { cacheKey, command } = step
  const digest = 'image' in base ? base.image.digest : base.parent.imageDigest
  const key = lookupKey({ cacheKey, command, env: { ...step.env, ...buildEnv }, parent, files: files?.all ?? '' })
  const place = (namespace: string): CacheAddress => ({
    namespace: `${namespace}|${digest}|${process.platform}-${process.arch}`,
    key,
  })
  const read = cache.anew?.includes(step.key) ? [] : cache.read
  return { read: read.map(place), write: place(cache.write), parent, files }
}

export interface LookedUp {
  readonly hit: Snapshot | undefined
  /** An entry was there, and was not whole. */
  readonly damaged: boolean
}

/** The first that is there, and that this build may see. What is damaged is a miss, and the job's log says so. */
export async function findHit(context: JobContext, { read }: CachePlaces): Promise<LookedUp> {
  let damaged = false
  for (const { namespace, key } of read) {
    const found = await context.options.driver.snapshots.find(namespace, key, () => {
      damaged = true
    })
    if (found === undefined) continue
    context.claim(found.id)
    if (await maySee(context, found)) return { hit: found, damaged }
  }
  if (damaged) context.log.remark('the cached result of this step was damaged and is discarded; running the step')
  return { hit: undefined, damaged }
}

/** The sentence that explains a hit: which step of which build, and where to see it. */
export function hitSentence({ meta: { origin } }: Snapshot): string {
  const { pipeline = 'a build', number = '?', step = '?', url } = origin
  return `cache hit: made by ${pipeline} #${number} (step ${step})${url ? `, ${url}` : ''}`
}
