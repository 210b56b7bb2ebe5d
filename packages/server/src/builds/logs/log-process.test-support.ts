/**
 * A process that appends a segment to a log, or packs the waiting logs. SIGKILL ends it when its
 * first blob is on the disk and no row refers to it. Arguments: the database, the blob directory,
 * and the log to append to; without a log, it packs. Prints the name of the blob.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import { PostgresStore } from '@harmont/engine'
import { pino } from 'pino'
import { openDirectoryStore } from '../../platform/blobs/blob-store.ts'
import { openPool } from '../../platform/database/pool.ts'
import { delayedStore } from './delayed-store.test-support.ts'
import { JobLogs } from './job-logs.ts'
import { largePart } from './large-log.test-support.ts'
import { logSegments } from './log-segments.ts'
import { packLogs } from './pack-logs.ts'

const [connectionString = '', blobDirectory = '', jobId] = process.argv.slice(2)
const log = pino({ level: 'warn' })
const blobs = delayedStore(await openDirectoryStore(blobDirectory), (blob) => {
  writeSync(1, blob)
  process.kill(process.pid, 'SIGKILL')
  return new Promise<never>(() => {})
})
const store = await PostgresStore.open({ connectionString }, { segments: logSegments(blobs, log) })
if (jobId !== undefined) await store.logs.append({ jobId, fence: 1 }, largePart(1, 9), '1')
const pool = openPool({ connectionString }, log)
await packLogs({ pool, blobs, engine: { store, logs: new JobLogs({ pool, store, blobs }) }, log })
