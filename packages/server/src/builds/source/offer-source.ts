import type { EngineOptions, SourceOffer } from '@harmont/engine'
import { type GitSourceServices, offerGitSource } from '../../forges/repositories/git-source.ts'
import type { BlobStore } from '../../platform/blobs/index.ts'
import { type UrlSourceServices, urlSources } from './fetch-url-source.ts'
import type { Archive } from './store.ts'

export type SourceServices = UrlSourceServices & GitSourceServices

/** How runners get the sources of builds. Each kind of source has its case here. */
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
          return offerGitSource(services, buildId, source)
        case 'tree':
          throw new Error(`build ${buildId} has its source on the machine of a runner, which no server creates`)
      }
    },
  }
}

function offerOf(blobs: BlobStore, { sha256, blob }: Archive): Extract<SourceOffer, { readonly kind: 'archive' }> {
  return { kind: 'archive', sha256, open: async () => blobs.open(blob) }
}
