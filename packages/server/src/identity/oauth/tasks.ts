import type { TaskList } from 'graphile-worker'
import type pg from 'pg'
import { removeDeadStates } from './state-store.ts'

export const oauthCrontab = ['*/10 * * * * sweep_oauth_states']

/** Forgets browsers that never came back. */
export function oauthTasks({ pool }: { readonly pool: pg.Pool }): TaskList {
  return {
    sweep_oauth_states: async () => {
      await removeDeadStates(pool)
    },
  }
}
