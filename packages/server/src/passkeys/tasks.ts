import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Settings } from '../settings/read-settings.ts'
import { mailSignup } from './begin-signup.ts'
import { sweepSignIn } from './challenge-store.ts'
import { askedThen, type QueuedAsked } from './mails.ts'

export const passkeyCrontab = ['*/10 * * * * sweep_sign_in']

/** What the passkeys leave to the worker. */
export function passkeyTasks({ pool, settings }: { readonly pool: pg.Pool; readonly settings: Settings }): TaskList {
  return {
    begin_signup: async (payload) => {
      const { email, name, askedBy } = payload as { email: string; name: string; askedBy: QueuedAsked }
      await mailSignup(pool, settings.publicUrl, { email, name, askedBy: askedThen(askedBy) })
    },
    sweep_sign_in: async () => {
      await sweepSignIn(pool)
    },
  }
}
