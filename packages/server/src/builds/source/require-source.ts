import type { BuildSource } from '@harmont/engine'
import type { Database } from '../../platform/database/transaction.ts'
import { apiError } from '../../platform/http/index.ts'
import { prolongSource, sourceRemovedAt } from './retention-store.ts'

/**
 * To be asked before anything is made that needs the files of a build that may have ended long ago: they are kept from then on. Throws 409 `source_gone` when
 * they are no longer. What can be fetched again, from a repository or an address, never is.
 */
export async function requireSource(database: Database, buildId: string, source: BuildSource | null): Promise<void> {
  if (source?.kind !== 'archive' || (await prolongSource(database, buildId))) return
  const removedAt = await sourceRemovedAt(database, buildId)
  const when = removedAt === null ? 'was removed' : `was removed on ${removedAt.toISOString().slice(0, 10)}`
  throw apiError(
    'source_gone',
    `The source archive of this build ${when}: sources are kept for a time after the end of a build. Submit its files as a new build, with \`hm run --cloud\`.`,
  )
}
