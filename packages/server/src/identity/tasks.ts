import type { TaskList } from 'graphile-worker'
import type { Database } from '../platform/database/transaction.ts'
import type { AskedBy } from '../platform/mail/queue-mail.ts'
import { mailRecovery } from './recovery/recover.ts'
import type { MailingServices } from './services.ts'
import { mailSignup } from './signup/sign-up.ts'

export const identityCrontab = ['*/10 * * * * sweep_sign_in', '*/10 * * * * sweep_oauth_states']

/** The payload of a task. Instants are strings, because payloads are JSON. */
type Queued<T> = T & { readonly askedBy: Omit<AskedBy, 'at'> & { readonly at: string } }

/** The tasks of identity. */
export function identityTasks(services: MailingServices): TaskList {
  return {
    begin_signup: async (payload) => {
      const { askedBy, ...person } = payload as Queued<{ email: string; name: string }>
      await mailSignup(services, person, { ...askedBy, at: new Date(askedBy.at) })
    },
    begin_recovery: async (payload) => {
      const { askedBy, email } = payload as Queued<{ email: string }>
      await mailRecovery(services, email, { ...askedBy, at: new Date(askedBy.at) })
    },
    sweep_sign_in: async () => {
      await sweepSignIn(services.pool)
    },
    sweep_oauth_states: async () => {
      await services.pool.query('delete from oauth_states where expires_at < now()')
    },
  }
}

/** Removes expired challenges and links. */
export async function sweepSignIn(database: Database): Promise<void> {
  for (const table of ['passkey_challenges', 'signup_verifications', 'recovery_links', 'setup_links'])
    await database.query(`delete from ${table} where expires_at < now()`)
}
