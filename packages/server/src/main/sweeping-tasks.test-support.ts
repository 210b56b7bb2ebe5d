import { PostgresStore } from '@harmont/engine'
import type pg from 'pg'
import type { Logger } from 'pino'
import { approvalTasks } from '../builds/approval/tasks.ts'
import { artifactTasks } from '../builds/artifacts/remove-old-artifacts.ts'
import { abandonTasks } from '../builds/engine/abandon-tasks.ts'
import { JobLogs } from '../builds/logs/job-logs.ts'
import { logTasks } from '../builds/logs/tasks.ts'
import { sourceTasks } from '../builds/source/remove-old-sources.ts'
import type { BlobStore } from '../platform/blobs/blob-store.ts'
import { outbox } from './outbox.ts'
import { sweepTasks } from './sweeps.ts'

interface Sweeping {
  readonly pool: pg.Pool
  readonly store: PostgresStore
  readonly blobs: BlobStore
  readonly log: Logger
}

/** Opens the store of a sweeping process. */
export function openSweepingStore(connection: pg.PoolConfig): Promise<PostgresStore> {
  return PostgresStore.open(connection, { outbox })
}

/** Returns the server's own tasks that remove or end overdue things, with default settings. */
export function sweepingTasks({ pool, store, blobs, log }: Sweeping): readonly (() => Promise<void>)[] {
  const settings = {
    logRetentionDays: 400,
    sourceRetentionDays: 30,
    artifactRetentionDays: 30,
    abandonAfterHours: 72,
  } as const
  const logs = new JobLogs({ pool, store, blobs })
  const engine = { store, logs, submit: () => Promise.reject(new Error('a sweep makes no builds')) }
  const services = { pool, blobs, log, settings, engine }
  const tasks = {
    ...sweepTasks(services),
    ...logTasks(services),
    ...sourceTasks(services),
    ...artifactTasks(services),
    ...approvalTasks(services),
    ...abandonTasks(services),
  }
  const named = [
    'sweep_blobs',
    'sweep_rows',
    'pack_logs',
    'remove_old_logs',
    'remove_old_sources',
    'remove_old_artifacts',
    'expire_approvals',
    'abandon_builds',
  ] as const
  return named.map((name) => async () => {
    const task = tasks[name]
    if (task === undefined) throw new Error(`there is no task ${name}`)
    // These tasks read neither their payload nor their helpers.
    await task({}, undefined as never)
  })
}
