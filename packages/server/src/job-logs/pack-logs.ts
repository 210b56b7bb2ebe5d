import { isTerminal, type JobState } from '@harmont/engine'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { BlobStore } from '../blobs/index.ts'
import { transaction } from '../database/transaction.ts'
import type { BuildEngine } from '../engine/build-engine.ts'
import { packChunks } from './pack-chunks.ts'
import { keepPacked, lockUnpacked, postponeUnpacked, removeUnpacked } from './packed-store.ts'

export interface PackServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly engine: Pick<BuildEngine, 'store'>
  readonly log: Logger
}

/** Packs every log that waits for it. Gives how many. */
export async function packLogs(services: PackServices): Promise<number> {
  let packed = 0
  while (await packNext(services)) packed++
  return packed
}

/**
 * Packs one log: first its bytes, then the row that names them, together with the removal of the chunks. A process that ends before that leaves the log as
 * it was, and a blob that nothing refers to, which the sweep removes. False: none waits.
 */
function packNext(services: PackServices): Promise<boolean> {
  return transaction(services.pool, async (client) => {
    const next = await lockUnpacked(client)
    if (next === undefined) return false
    const packed = next.state === null ? null : await pack(services, next.jobId, next.state)
    if (packed === 'later') await postponeUnpacked(client, next.jobId)
    else {
      // Without its job a log has no reader any more.
      if (packed !== null) await keepPacked(client, next.jobId, packed.row, packed.facts)
      await removeUnpacked(client, next.jobId)
    }
    return true
  })
}

/** One that cannot be packed now must not keep others waiting. */
async function pack({ blobs, engine: { store }, log }: PackServices, jobId: string, state: JobState) {
  try {
    if (isTerminal(state)) return await packChunks(blobs, (after, maxBytes) => store.read(jobId, after, maxBytes))
    log.error({ job: jobId, state }, 'a log was to be packed that goes on')
  } catch (error) {
    log.error({ err: error, job: jobId }, 'a log could not be packed; it is tried again in an hour')
  }
  return 'later'
}
