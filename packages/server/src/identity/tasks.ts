import type { TaskList } from 'graphile-worker'
import { sweepSignIn } from './passkeys/challenge-store.ts'
import { askedThen, type QueuedAsked } from './passkeys/mails.ts'
import type { MailingServices } from './services.ts'
import { mailSignup } from './signup/begin-signup.ts'

export const passkeyCrontab = ['*/10 * * * * sweep_sign_in']

/** What the passkeys leave to the worker. */
export function passkeyTasks(services: MailingServices): TaskList {
  return {
    begin_signup: async (payload) => {
      const { email, name, askedBy } = payload as { email: string; name: string; askedBy: QueuedAsked }
      await mailSignup(services, { email, name, askedBy: askedThen(askedBy) })
    },
    sweep_sign_in: async () => {
      await sweepSignIn(services.pool)
    },
  }
}
