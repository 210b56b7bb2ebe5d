import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import { askedThen, type QueuedAsked } from '../passkeys/mails.ts'
import type { Settings } from '../settings/read-settings.ts'
import { mailRecovery } from './begin-recovery.ts'

/** What a recovery leaves to the worker. */
export function recoveryTasks({ pool, settings }: { readonly pool: pg.Pool; readonly settings: Settings }): TaskList {
  return {
    begin_recovery: async (payload) => {
      const { email, askedBy } = payload as { email: string; askedBy: QueuedAsked }
      await mailRecovery(pool, settings.publicUrl, email, askedThen(askedBy))
    },
  }
}
