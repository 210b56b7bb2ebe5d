import type { PostgresStore } from '@harmont/engine'
import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { BlobStore } from '../../platform/blobs/blob-store.ts'
import type { Settings } from '../../platform/settings/read-settings.ts'
import type { JobLogs } from './job-logs.ts'
import { packLogs } from './pack-logs.ts'
import { removeOldLogs } from './remove-old-logs.ts'

interface LogTaskServices {
  readonly pool: pg.Pool
  readonly blobs: BlobStore
  readonly engine: { readonly store: PostgresStore; readonly logs: JobLogs }
  readonly log: Logger
  readonly settings: Pick<Settings, 'logRetentionDays'>
}

export const logCrontab = ['* * * * * pack_logs', '37 * * * * remove_old_logs']

/** The tasks that pack the logs of ended jobs, and remove old logs. */
export function logTasks(services: LogTaskServices): TaskList {
  let packing = false
  return {
    pack_logs: async () => {
      // Packs one at a time, since other work needs the processor too. Logs added in the meantime
      // are packed by the current run, or by the one in a minute.
      if (packing) return
      packing = true
      try {
        await packLogs(services)
      } finally {
        packing = false
      }
    },
    remove_old_logs: async () => {
      const { pool, settings, log } = services
      log.info(await removeOldLogs(pool, settings.logRetentionDays, new Date()), 'removed expired logs')
    },
  }
}
