import type pg from 'pg'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { isTokenOf } from '../../platform/encryption/token.ts'
import { apiError, type Handlers, operation, unauthorized, uuidOrNone } from '../../platform/http/index.ts'
import { isNotModified, rangeHeaders, readRange } from '../../platform/input/byte-range.ts'
import { findSource } from './store.ts'

/** The route of a build's source archive, for a runner with the build's token. */
export function buildSourceRoutes({
  pool,
  blobs,
}: {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
}): Pick<Handlers, 'getBuildSource'> {
  return {
    getBuildSource: operation('getBuildSource', async ({ params, bearer, header }) => {
      if (bearer === null) throw unauthorized('The runner token of the build is required')
      const source = await findSource(pool, uuidOrNone(params.build_uuid))
      if (source === undefined) throw notFound()
      if (source.runner_token_hash === null || !isTokenOf(bearer, source.runner_token_hash))
        throw unauthorized('The runner token belongs to another build, or the build has finished')
      const size = source.source_blob === null ? undefined : await blobs.size(source.source_blob)
      if (source.source_blob === null || size === undefined) throw notFound()
      const blob = source.source_blob
      const etag = `"${blob}"`
      const facts = { etag, 'content-type': 'application/gzip' }
      if (isNotModified(header('if-none-match'), etag)) return { status: 304, headers: facts }
      const range = readRange(header('range'), size, facts)
      return {
        status: range === null ? 200 : 206,
        headers: { ...facts, ...rangeHeaders(range, size) },
        mediaType: 'application/gzip',
        open: () => blobs.open(blob, range ?? undefined),
      }
    }),
  }
}

function notFound(): Error {
  return apiError('source_not_found', 'Source archive not found.')
}
