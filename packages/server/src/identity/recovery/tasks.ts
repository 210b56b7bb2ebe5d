import type { TaskList } from 'graphile-worker'
import { askedThen, type QueuedAsked } from '../passkeys/mails.ts'
import type { MailingServices } from '../services.ts'
import { mailRecovery } from './begin-recovery.ts'

/** What a recovery leaves to the worker. */
export function recoveryTasks(services: MailingServices): TaskList {
  return {
    begin_recovery: async (payload) => {
      const { email, askedBy } = payload as { email: string; askedBy: QueuedAsked }
      await mailRecovery(services, email, askedThen(askedBy))
    },
  }
}
