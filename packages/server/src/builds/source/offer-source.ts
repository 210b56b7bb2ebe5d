import { createHash } from 'node:crypto'
import { type BuildSource, type EngineOptions, type SourceOffer, SourceUnavailable } from '@harmont/engine'
import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { FetchRefused, guardedFetch } from '../../platform/outbound/guarded-fetch.ts'
import { type Archive, findArchive, findDigest, keepArchive } from './store.ts'

type SourceOf<K extends BuildSource['kind']> = Extract<BuildSource, { readonly kind: K }>

/**
 * Offers the commit of a connected repository. Rejects with `SourceUnavailable` if it can never be
 * provided. Implemented by the forges.
 */
export type OfferGitSource = (buildId: string, source: SourceOf<'git'>) => Promise<SourceOffer>

interface SourceServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  /** Permitted hosts besides public ones (HARMONT_SOURCE_URL_ALLOW). */
  readonly sourceUrlAllow: readonly string[]
  readonly offerGitSource: OfferGitSource
}

/** The maximum size of a fetched archive. */
const mostBytes = 512 * 1024 * 1024
const timeoutMs = 10 * 60_000

/** Offers the sources of builds to runners. Every kind of source has a case here. */
export function sourceOffers(services: SourceServices): EngineOptions['sources'] {
  const fetched = urlSources(services)
  return {
    async offer(buildId, source) {
      switch (source.kind) {
        case 'archive':
          return offerOf(services.blobs, source)
        case 'url':
          return offerOf(services.blobs, await fetched(buildId, source))
        case 'git':
          return services.offerGitSource(buildId, source)
        case 'tree':
          throw new Error(`the source of build ${buildId} is on a runner's machine, and the server cannot offer it`)
      }
    },
  }
}

function offerOf(blobs: BlobStore, { sha256, blob }: Archive): SourceOffer {
  return { kind: 'archive', sha256, open: async () => blobs.open(blob) }
}

/**
 * Returns the archives of builds whose source is an address: fetched at the first request, then
 * stored with the build. Fails with `SourceUnavailable` when the archive can never be provided;
 * after any other error, a repeated request may succeed.
 */
export function urlSources(
  services: Omit<SourceServices, 'offerGitSource'>,
): (buildId: string, source: SourceOf<'url'>) => Promise<Archive> {
  const fetches = new Map<string, Promise<Archive>>()
  return async (buildId, source) => {
    const kept = await findArchive(services.pool, buildId)
    if (kept !== undefined) return kept
    const fetching = fetches.get(buildId) ?? fetchArchive(services, buildId, source)
    fetches.set(buildId, fetching)
    try {
      return await fetching
    } finally {
      fetches.delete(buildId)
    }
  }
}

async function fetchArchive(
  { pool, blobs, sourceUrlAllow }: Omit<SourceServices, 'offerGitSource'>,
  buildId: string,
  { url, sha256 }: SourceOf<'url'>,
): Promise<Archive> {
  // If an earlier archive was removed, the new one must be the same.
  const wanted = sha256 ?? (await findDigest(pool, buildId))
  const hash = createHash('sha256')
  const writer = await blobs.create()
  try {
    for await (const bytes of guardedFetch(url, { allowedHosts: sourceUrlAllow, maxBytes: mostBytes, timeoutMs })) {
      hash.update(bytes)
      await writer.write(bytes)
    }
    const got = hash.digest('hex')
    if (wanted !== null && wanted !== got)
      throw new SourceUnavailable(
        'source_checksum_mismatch',
        `The archive at \`source_url\` has SHA-256 ${got}; expected ${wanted}.`,
      )
    const blob = await writer.finish()
    const kept = await keepArchive(pool, buildId, { blob, sha256: got })
    // Another process stored it first: every step must get the same bytes.
    if (kept.blob !== blob) await blobs.remove(blob)
    return kept
  } catch (error) {
    await writer.abort()
    if (!(error instanceof FetchRefused)) throw error
    throw new SourceUnavailable('source_fetch_failed', `\`source_url\` ${error.message}.`, { cause: error })
  }
}
