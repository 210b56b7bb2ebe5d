import { createHash } from 'node:crypto'
import { lookupKey, watchedPaths } from '@harmont/ir'
import { digestWatched, now, type Snapshot, type SnapshotMeta, type WatchedDigest } from '@harmont/sandbox'
import type { CacheLookUp } from '../cache-look-up.ts'
import type { StepWork } from '../port.ts'
import type { Base } from './base.ts'
import type { JobContext } from './job-context.ts'
import { withRoom } from './retry.ts'
import { maySee } from './secrets.ts'
import { sourceOfBuild } from './source-of-build.ts'

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

/**
 * Digests of the files that the step's cache policy watches, as the build's source has them; null when it watches none, or there is no source. The files
 * are looked at here, whatever the pipeline claims about them. Fails as `sourceOfBuild` does.
 */
async function watchedOf(context: JobContext, { cachePolicy }: StepWork['step']): Promise<WatchedDigest | null> {
  const paths = cachePolicy === undefined ? [] : watchedPaths(cachePolicy)
  if (paths.length === 0) return null
  return withRoom(context, 'check the files that its cache watches', async () => {
    const files = await sourceOfBuild(context, false)
    return files === null ? null : digestWatched(files.tree, paths)
  })
}

interface LookedUp {
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

/** Tells what a cached step was looked up with and what was found, before anything follows from it. */
export async function noteLookUp(
  { lease, options, report }: JobContext,
  work: StepWork,
  base: Base,
  cache: CachePlaces,
  lookedUp: LookedUp,
): Promise<void> {
  const { job } = lease
  const lookUp = lookUpOf(work, job, base, cache, lookedUp)
  await report(() => options.port.lookedUp(job, new Date(now()), lookUp))
}

function lookUpOf(
  { step }: StepWork,
  { buildEnv, cache: { read, write }, origin }: JobContext['lease']['job'],
  base: Base,
  cache: CachePlaces,
  { hit, damaged }: LookedUp,
): CacheLookUp {
  const place = (namespace: string) => `${namespace}|${origin.pipeline ?? ''}|${step.key}`
  const variables = Object.entries({ ...step.env, ...buildEnv }).map(([name, value]) => [name, digest(value)])
  return {
    place: place(write),
    places: cache.read.length === 0 ? [] : read.map(place),
    key: cache.write.key,
    inputs: {
      claim: step.cacheKey === null ? '' : digest(step.cacheKey),
      command: digest(step.command),
      image: 'image' in base ? base.image.digest : base.parent.imageDigest,
      platform: `${process.platform}-${process.arch}`,
      parent: 'image' in base ? null : digest(cache.parent),
      variables: Object.fromEntries(variables),
      ...(cache.files === null ? {} : { files: sides(cache.files) }),
    },
    hit: hit === undefined ? null : { origin: hit.meta.origin, createdAt: hit.createdAt.getTime() },
    damaged,
  }
}

function sides({ paths, types, modes, contents }: WatchedDigest): NonNullable<CacheLookUp['inputs']['files']> {
  return { paths: short(paths), types: short(types), modes: short(modes), contents: short(contents) }
}

function digest(text: string): string {
  return short(createHash('sha256').update(text).digest('hex'))
}

/** Enough to tell one from another. */
function short(digest: string): string {
  return digest.slice(0, 12)
}
