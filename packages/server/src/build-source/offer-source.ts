import { type EngineOptions, SourceUnavailable } from '@harmont/engine'
import type { BlobStore } from '../blobs/index.ts'

export interface SourceServices {
  readonly blobs: BlobStore
}

/** How runners get the sources of builds. Each kind of source has its case here. */
export function sourceOffers({ blobs }: SourceServices): EngineOptions['sources'] {
  return {
    async offer(_buildId, source) {
      switch (source.kind) {
        case 'archive':
          return { kind: 'archive', sha256: source.sha256, open: async () => blobs.open(source.blob) }
        case 'url':
        case 'git':
          throw new SourceUnavailable(
            'source_fetch_failed',
            `This server cannot fetch a source of the kind ${source.kind}. Send an archive as \`source_b64\`.`,
          )
      }
    },
  }
}
