import type { TaskList } from 'graphile-worker'
import type { Logger } from 'pino'
import type { Database } from '../database/transaction.ts'
import type { Sealer } from '../encryption/seal.ts'
import { readEmailAddress } from '../names/email-address.ts'
import type { Settings } from '../settings/read-settings.ts'
import { sweepMailbox } from './mailbox-store.ts'
import { readQueuedMail } from './queue-mail.ts'
import { renderMail } from './render-mail.ts'
import { mailSender, senderAddress } from './send-mail.ts'

interface MailTaskServices {
  readonly pool: Database
  readonly settings: Settings
  readonly sealer: Sealer
  readonly log: Logger
}

const dayMs = 24 * 3600 * 1000

export const mailCrontab = ['37 * * * * sweep_mailbox']

/**
 * Sends queued mails. The worker retries after 3 s, 7 s, 20 s … 6 h. A mail older than a day is
 * abandoned, so that no link stays in the queue.
 */
export function mailTasks(services: MailTaskServices): TaskList {
  const send = mailSender(services)
  const host = senderAddress(services.settings).split('@').at(-1)
  return {
    send_mail: async (payload, { job }) => {
      const mail = readQueuedMail(services.sealer, payload)
      const queuedAt = new Date(job.created_at)
      if (job.attempts > 1 && Date.now() - queuedAt.getTime() > dayMs) {
        services.log.error({ to: mail.to, subject: mail.subject }, 'gave up sending a mail after a day')
        return
      }
      // Mail programs interpret commas and brackets in an address as further addresses.
      if (readEmailAddress(mail.to) !== mail.to) {
        services.log.warn(
          { to: mail.to, subject: mail.subject },
          'dropped a mail: its recipient is not a single address',
        )
        return
      }
      const messageId = `<${job.id}.${queuedAt.getTime()}@${host}>`
      const { to, link, unsubscribe } = mail
      await send({ ...renderMail(mail), to, link: link?.url ?? null, messageId, queuedAt, unsubscribe })
    },
    sweep_mailbox: async () => {
      await sweepMailbox(services.pool)
    },
  }
}
