/**
 * A process that runs the sweeping tasks in a loop until it is killed. Arguments: the database, the
 * folder of blobs, and the seed of the order.
 */
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { chance } from '@harmont/test-kit/effort'
import { pino } from 'pino'
import { openDirectoryStore } from '../platform/blobs/blob-store.ts'
import { openPool } from '../platform/database/pool.ts'
import { openSweepingStore, sweepingTasks } from './sweeping-tasks.test-support.ts'

const [connectionString = '', blobDirectory = '', seed] = process.argv.slice(2)
const { fraction } = chance(Number(seed))
const log = pino({ level: 'warn' })
const connection = { connectionString }
const pool = openPool(connection, log)
const store = await openSweepingStore(connection)
const tasks = sweepingTasks({ pool, store, blobs: await openDirectoryStore(blobDirectory), log })
process.stdout.write('sweeping\n')
for (;;) {
  for (const task of tasks.toSorted(() => fraction() - 0.5)) await task()
  // Yields the processor to other processes.
  await sleep(20)
}
