import { isTerminal, type Job, type PostgresStore, serviceLogId } from '@harmont/engine'
import type { Chunk } from '@harmont/logs'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import { transaction } from '../../platform/database/transaction.ts'
import type { JobLogs } from './job-logs.ts'
import { packChunks } from './pack-chunks.ts'
import { packRest } from './pack-rest.ts'
import { keepPacked, lockUnpacked, type Packed, postponeUnpacked, type Unpacked } from './packed-store.ts'

interface PackServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly engine: { readonly store: PostgresStore; readonly logs: JobLogs }
  readonly log: Logger
}

/** Short logs share their transactions, and thereby statements and disk flushes. */
const mostAtOnce = 64
const shortBytes = 64 * 1024

/** Packs every log that is due for packing. Returns how many. */
export async function packLogs(services: PackServices): Promise<number> {
  let packed = 0
  for (let next = await packNext(services); next > 0; next = await packNext(services)) packed += next
  return packed
}

/**
 * Packs the next logs. Writes their bytes first, outside of any transaction because the blob store
 * may be slow. Then writes the rows that refer to them, in one statement with the removal of the
 * chunks. If the process dies before that, the logs are unchanged, another process packs them in an
 * hour, and the sweep removes the blobs. Returns the number of logs; 0 when none is due.
 */
async function packNext(services: PackServices): Promise<number> {
  const next = await takeNext(services)
  if (next === null) return 0
  const { logs, short, until } = next
  const results = await Promise.all(logs.map((log) => pack(services, log, short.get(log.jobId))))
  const packed = results.filter((result) => typeof result === 'object')
  const jobIds = idsOf(logs.filter((_, turn) => results[turn] !== 'later'))
  if (jobIds.length > 0) await keepPacked(services.pool, { jobIds, until }, packed)
  return logs.length
}

interface NextLogs {
  readonly logs: readonly Unpacked[]
  /** The chunks of the short ones. */
  readonly short: ReadonlyMap<string, readonly Chunk[]>
  /** The time until which only this process packs them. */
  readonly until: string
}

/**
 * Takes the log that has waited longest and, if it is short, all short logs among the next ones.
 * Returns null when none is due.
 */
function takeNext({ pool, engine }: PackServices): Promise<NextLogs | null> {
  return transaction(pool, async (client) => {
    const waiting = await lockUnpacked(client, mostAtOnce)
    const [first] = waiting
    if (first === undefined) return null
    const short = await engine.store.logs.readShort(idsOf(waiting), shortBytes)
    const logs = short.has(first.jobId) ? waiting.filter(({ jobId }) => short.has(jobId)) : [first]
    return { logs, short, until: await postponeUnpacked(client, idsOf(logs)) }
  })
}

function idsOf(logs: readonly Unpacked[]): readonly string[] {
  return logs.map(({ jobId }) => jobId)
}

/** Packs one log. A log that cannot be packed must not delay others. */
async function pack(
  services: PackServices,
  { jobId, state }: Unpacked,
  whole: readonly Chunk[] | undefined,
): Promise<Packed | 'later' | 'gone'> {
  const { blobs, log } = services
  // A log without its job has no readers.
  if (state === null) return 'gone'
  try {
    if (!isTerminal(state)) log.error({ job: jobId, state }, 'a log to be packed is still open')
    else if (whole === undefined) return { jobId, ...(await packLong(services, jobId)) }
    else return { jobId, ...(await packChunks(blobs, async (after) => whole.filter(({ seq }) => seq > after))) }
  } catch (error) {
    log.error({ err: error, job: jobId }, 'could not pack a log; retrying in an hour')
  }
  return 'later'
}

async function packLong({ blobs, engine: { store, logs } }: PackServices, jobId: string) {
  const read = (after: number, maxBytes: number) => store.logs.read(jobId, after, maxBytes)
  const segments = await store.logs.segments(jobId)
  if (segments.length === 0) return packChunks(blobs, read)
  const { index, isComplete } = await logs.open(jobId)
  if (!isComplete) throw new Error('expected the log of an ended job to be complete')
  return packRest(blobs, { segments, index, read })
}

/** A row of `unpacked_logs`: a log whose packing is due. */
interface UnpackedRecord {
  readonly job_id: string
  /** A delay in PostgreSQL's interval syntax. */
  readonly delay: string
}

/**
 * Returns the logs of jobs that have ended permanently. A job that was skipped, or ended before its
 * first lease, may wait again, and then its log continues. The warnings of a rendering are added
 * right after its end (`local-port.ts` of the engine), well within the hour.
 */
export function unpackedLogs(endedJobs: readonly Job[]): readonly UnpackedRecord[] {
  return endedJobs
    .filter(({ state, fence }) => state !== 'skipped' && fence > 0)
    .flatMap(({ id, step, services }) =>
      [id, ...services.map(({ name }) => serviceLogId(id, name))].map((log) => ({
        job_id: log,
        delay: step === null ? '1 hour' : '0',
      })),
    )
}
