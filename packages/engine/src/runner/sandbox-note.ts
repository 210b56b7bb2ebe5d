import type { LeaseRef } from '../port.ts'
import type { CacheAddress } from './cache-entry.ts'

/** The name of a lease's sandbox. */
export function sandboxId({ jobId, fence }: Pick<LeaseRef, 'jobId' | 'fence'>): string {
  return `${jobId}-${fence}`
}

/** What a sandbox carries: for people whose it is, for an adopting process the cache address, which it could not find out again. */
export function sandboxNote(
  { jobId, buildId, fence }: LeaseRef,
  cache: CacheAddress | null,
): Readonly<Record<string, string>> {
  const note = { jobId, buildId, fence: String(fence) }
  return cache === null ? note : { ...note, cacheNamespace: cache.namespace, cacheKey: cache.key }
}

/** The cache address in a sandbox's note. */
export function notedCache({ cacheNamespace, cacheKey }: Readonly<Record<string, string>>): CacheAddress | null {
  return cacheNamespace === undefined || cacheKey === undefined ? null : { namespace: cacheNamespace, key: cacheKey }
}
