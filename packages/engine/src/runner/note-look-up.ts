import { createHash } from 'node:crypto'
import { now, type WatchedDigest } from '@harmont/sandbox'
import type { CacheLookUp } from '../cache-look-up.ts'
import type { Base, StepWork } from './base.ts'
import type { CachePlaces, LookedUp } from './cache-entry.ts'
import type { JobContext } from './job-context.ts'

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
