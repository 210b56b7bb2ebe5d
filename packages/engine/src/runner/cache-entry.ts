import { createHash } from 'node:crypto'
import { lookupKey, watchedPaths } from '@harmont/ir'
import { digestWatched, now, type Snapshot, type SnapshotMeta, type WatchedDigest } from '@harmont/sandbox'
import type { CacheLookUp } from '../cache-look-up.ts'
import type { ServiceSnapshots } from '../core/model.ts'
import type { StepWork } from '../port.ts'
import { outputOf } from '../step-output.ts'
import type { Base } from './base.ts'
import { digestInputs, type StepInputs } from './inputs.ts'
import type { JobContext } from './job-context.ts'
import { withRoom } from './retry.ts'
import { maySee } from './secrets.ts'
import { type ResolvedService, serviceDigests } from './services/resolve-services.ts'
import { sourceOfBuild } from './source/source-of-build.ts'

export type CacheAddress = NonNullable<SnapshotMeta['cache']>

/** Returns the address of the files of a service in the cache entry of its step. */
export function serviceAddress({ namespace, key }: CacheAddress, name: string): CacheAddress {
  return { namespace: `${namespace}|service ${name}`, key }
}

/**
 * Addresses at which a step's result may be found, in order, and the address at which it is stored.
 */
export interface CachePlaces {
  readonly read: readonly CacheAddress[]
  readonly write: CacheAddress
  /** L of the parent; '' for a step that starts from an image. */
  readonly parent: string
  /** Digest of the watched files; null when the policy watches none. */
  readonly files: WatchedDigest | null
  /** Digest of the files of each input, by path and step. */
  readonly inputs: ReadonlyMap<string, string>
  /** Digest of each service, by name. */
  readonly services: ReadonlyMap<string, string>
  /** Digest of the files in the step's shard; null without a split. */
  readonly split: string | null
}

/**
 * Returns the cache addresses of a step's result; null when the result is not cacheable. The
 * platform is part of the namespace, because programs differ between kinds of machines.
 */
export async function cachePlaces(
  context: JobContext,
  { step }: StepWork,
  base: Base,
  inputs: StepInputs,
  resolved: readonly ResolvedService[],
  shard: readonly string[] | null,
): Promise<CachePlaces | null> {
  const { buildEnv, cache } = context.lease.job
  if (step.cacheKey === null) return null
  const parent = 'image' in base ? '' : await context.lineage.of(base.parent)
  if (parent === undefined) return null
  const services = await serviceDigests(context, resolved)
  if (services === undefined) return null
  const files = await watchedOf(context, step)
  const digests = await digestInputs(context, inputs)
  const { cacheKey, command } = step
  const digest = 'image' in base ? base.image.digest : base.parent.imageDigest
  const env = { ...step.env, ...buildEnv }
  const split = shard === null ? null : sha256(shard.map((path) => `${path}\0`).join(''))
  const additions = { inputs: digests, services, split: split === null ? [] : [split] }
  const key = lookupKey({ cacheKey, command, env, parent, files: files?.all ?? '', additions })
  const place = (namespace: string): CacheAddress => ({
    namespace: `${namespace}|${digest}|${process.platform}-${process.arch}`,
    key,
  })
  const read = cache.anew?.includes(step.key) ? [] : cache.read
  const named = inputs.given.map(({ path, step: from }, i) => [`${path} of ${from}`, digests[i] ?? ''] as const)
  const ofServices = resolved.map(({ planned: { name } }, i) => [name, services[i] ?? ''] as const)
  return {
    ...{ read: read.map(place), write: place(cache.write), parent, files },
    ...{ inputs: new Map(named), services: new Map(ofServices), split },
  }
}

/**
 * Returns digests of the files that the step's cache policy watches, from the build's source; null
 * if it watches none or there is no source. Does not trust the pipeline's own claim. Throws the
 * errors of `sourceOfBuild`.
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
  /** The entry's service snapshots for later steps. */
  readonly serviceSnapshots: ServiceSnapshots
  /** Whether there was a damaged entry. */
  readonly damaged: boolean
}

/**
 * Returns the first entry that this build may use. A damaged entry is a miss, with a remark in the
 * job's log.
 */
export async function findHit(
  context: JobContext,
  { step, keptServices }: StepWork,
  { read }: CachePlaces,
): Promise<LookedUp> {
  let damaged = false
  const find = async ({ namespace, key }: CacheAddress): Promise<Snapshot | undefined> => {
    const found = await context.options.driver.snapshots.find(namespace, key, () => {
      damaged = true
    })
    if (found !== undefined) context.claim(found.id)
    return found !== undefined && (await maySee(context, found)) ? found : undefined
  }
  for (const address of read) {
    const hit = await find(address)
    // An entry of a step that was not a generator lacks the steps to append.
    if (hit === undefined || (step.append !== undefined && outputOf(hit.meta.output).steps === undefined)) continue
    // The entry lacks a service's files if no step of its build started from them.
    const left: [name: string, snapshot: string | undefined][] = []
    for (const name of keptServices) left.push([name, (await find(serviceAddress(address, name)))?.id])
    const serviceSnapshots = Object.fromEntries(left.flatMap(([name, id]) => (id === undefined ? [] : [[name, id]])))
    if (left.every(([, id]) => id !== undefined)) return { hit, serviceSnapshots, damaged }
  }
  if (damaged) context.log.remark('the cached result of this step was damaged and is discarded; running the step')
  return { hit: undefined, serviceSnapshots: {}, damaged }
}

/**
 * Returns a sentence about a hit: the step and build that made the entry, and the URL of the build.
 */
export function hitSentence({ meta: { origin } }: Snapshot): string {
  const { pipeline = 'a build', number = '?', step = '?', url } = origin
  return `cache hit: made by ${pipeline} #${number} (step ${step})${url ? `, ${url}` : ''}`
}

/** Records inputs and result of the lookup before they are used. */
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
      ...(cache.inputs.size === 0 ? {} : { given: digestsOf(cache.inputs) }),
      ...(cache.services.size === 0 ? {} : { services: digestsOf(cache.services) }),
      ...(cache.split === null ? {} : { split: short(cache.split) }),
    },
    hit: hit === undefined ? null : { origin: hit.meta.origin, createdAt: hit.createdAt.getTime() },
    damaged,
  }
}

function digestsOf(texts: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
  return Object.fromEntries([...texts].map(([name, text]) => [name, digest(text)]))
}

function sides({ paths, types, modes, contents }: WatchedDigest): NonNullable<CacheLookUp['inputs']['files']> {
  return { paths: short(paths), types: short(types), modes: short(modes), contents: short(contents) }
}

function digest(text: string): string {
  return short(sha256(text))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Shortens a digest to a length that still distinguishes it from others. */
function short(digest: string): string {
  return digest.slice(0, 12)
}
